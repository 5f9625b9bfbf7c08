//! Sixty-four comparisons at once, into the bits of two words, with what the processor has.
//!
//! Owns the choice of instructions: AVX-512, AVX2, or none in particular, found out at run time. All give
//! the same bits.

use super::falls::BLOCK;

/// A block of a column, rounded to `f32`. Rounding keeps order: where two of these differ, the values they
/// came from differ the same way.
pub(super) type Coarse = [f32; BLOCK];

/// Which of `a`'s values are above `b`'s, and whether any two are equal.
pub(super) trait Compare: Copy {
    fn above(self, a: &Coarse, b: &Coarse) -> (u64, bool);
}

/// Any processor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

impl Compare for Plain {
    #[inline(always)]
    fn above(self, a: &Coarse, b: &Coarse) -> (u64, bool) {
        let (mut bits, mut equal) = (0_u64, false);
        for index in 0..BLOCK {
            bits |= u64::from(a[index] > b[index]) << index;
            equal |= a[index] == b[index];
        }
        (bits, equal)
    }
}

#[cfg(target_arch = "x86_64")]
impl Compare for pulp::x86::V4 {
    #[inline(always)]
    fn above(self, a: &Coarse, b: &Coarse) -> (u64, bool) {
        let ((a, _), (b, _)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
        let (mut bits, mut equal) = (0_u64, 0_u16);
        for part in 0..4 {
            let (x, y) = (pulp::cast(a[part]), pulp::cast(b[part]));
            bits |= u64::from(self.cmp_gt_f32x16(x, y).0) << (16 * part);
            equal |= self.cmp_eq_f32x16(x, y).0;
        }
        (bits, equal != 0)
    }
}

#[cfg(target_arch = "x86_64")]
impl Compare for pulp::x86::V3 {
    #[inline(always)]
    fn above(self, a: &Coarse, b: &Coarse) -> (u64, bool) {
        let ((a, _), (b, _)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
        let (mut bits, mut equal) = (0_u64, 0_i32);
        for part in 0..8 {
            let (x, y) = (pulp::cast(a[part]), pulp::cast(b[part]));
            let above = self.avx._mm256_movemask_ps(pulp::cast(self.cmp_gt_f32x8(x, y)));
            bits |= (above as u64 & 0xff) << (8 * part);
            equal |= self.avx._mm256_movemask_ps(pulp::cast(self.cmp_eq_f32x8(x, y)));
        }
        (bits, equal != 0)
    }
}

/// Work that wants the widest instructions there are; it must be inlined whole to get them.
pub(super) trait Work {
    fn run<C: Compare>(self, compare: C);
}

/// Runs `work` compiled for this processor.
pub(super) fn dispatch(work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::Simd;
        use pulp::x86::{V3, V4};
        if let Some(simd) = V4::try_new() {
            return Simd::vectorize(simd, Vectorized { work, compare: simd });
        }
        if let Some(simd) = V3::try_new() {
            return Simd::vectorize(simd, Vectorized { work, compare: simd });
        }
    }
    work.run(Plain);
}

#[cfg(target_arch = "x86_64")]
struct Vectorized<W, C> {
    work: W,
    compare: C,
}

#[cfg(target_arch = "x86_64")]
impl<W: Work, C: Compare> pulp::WithSimd for Vectorized<W, C> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        self.work.run(self.compare);
    }
}
