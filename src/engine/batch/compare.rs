//! Sixty-four comparisons at once, into the bits of two words, with what the processor has.
//!
//! Owns the choice of instructions: AVX-512, AVX2, or none in particular, found out at run time. All give
//! the same bits.

use super::segment::BLOCK;

/// A block of a column in `f32`: enough to tell which of two values is higher, but for the nearest.
pub(super) type Coarse = [f32; BLOCK];

/// Which of `values` are above `ceiling`, and which below `floor`.
pub(super) trait Compare: Copy {
    fn sides(self, values: &Coarse, ceiling: &Coarse, floor: &Coarse) -> (u64, u64);
}

/// Portable code without SIMD extensions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

impl Compare for Plain {
    #[inline(always)]
    fn sides(self, values: &Coarse, ceiling: &Coarse, floor: &Coarse) -> (u64, u64) {
        let (mut above, mut below) = (0_u64, 0_u64);
        for index in 0..BLOCK {
            above |= u64::from(values[index] > ceiling[index]) << index;
            below |= u64::from(values[index] < floor[index]) << index;
        }
        (above, below)
    }
}

#[cfg(target_arch = "x86_64")]
impl Compare for pulp::x86::V4 {
    #[inline(always)]
    fn sides(self, values: &Coarse, ceiling: &Coarse, floor: &Coarse) -> (u64, u64) {
        let [values, ceiling, floor] = [values, ceiling, floor].map(|column| column.as_chunks::<16>().0);
        let (mut above, mut below) = (0_u64, 0_u64);
        for part in 0..BLOCK / 16 {
            let value = pulp::cast::<[f32; 16], pulp::f32x16>(values[part]);
            above |= u64::from(self.cmp_gt_f32x16(value, pulp::cast(ceiling[part])).0) << (16 * part);
            below |= u64::from(self.cmp_lt_f32x16(value, pulp::cast(floor[part])).0) << (16 * part);
        }
        (above, below)
    }
}

#[cfg(target_arch = "x86_64")]
impl Compare for pulp::x86::V3 {
    #[inline(always)]
    fn sides(self, values: &Coarse, ceiling: &Coarse, floor: &Coarse) -> (u64, u64) {
        let [values, ceiling, floor] = [values, ceiling, floor].map(|column| column.as_chunks::<8>().0);
        let bits = |mask| u64::from(self.avx._mm256_movemask_ps(pulp::cast(mask)) as u8);
        let (mut above, mut below) = (0_u64, 0_u64);
        for part in 0..BLOCK / 8 {
            let value = pulp::cast::<[f32; 8], pulp::f32x8>(values[part]);
            above |= bits(self.cmp_gt_f32x8(value, pulp::cast(ceiling[part]))) << (8 * part);
            below |= bits(self.cmp_lt_f32x8(value, pulp::cast(floor[part]))) << (8 * part);
        }
        (above, below)
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
