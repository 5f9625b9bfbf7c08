//! Golden values, a hand-worked game, symmetry.

use proptest::prelude::*;

use super::super::testing::{assert_close, permuted, ranks_no_ties, ranks_with_ties};
use super::*;

const MODELS: [WengLinModel; 3] =
    [WengLinModel::PlackettLuce, WengLinModel::BradleyTerryFull, WengLinModel::ThurstoneMostellerFull];

fn rate(ranks: &[Vec<u32>], model: WengLinModel) -> Vec<Gaussian> {
    rate_weng_lin(ranks, model, &WengLinConfig::default()).unwrap()
}

#[track_caller]
fn assert_beliefs(found: &[Gaussian], expected: [[f64; 2]; 5]) {
    let flat: Vec<f64> = found.iter().flat_map(|belief| [belief.mu, belief.sigma]).collect();
    assert_close(&flat, expected.as_flattened(), 1e-9);
}

/// openskill 6.2.0.
#[test]
fn plackett_luce_no_ties() {
    let ranks = ranks_no_ties();
    assert_beliefs(
        &rate(&ranks[..1], WengLinModel::PlackettLuce),
        [
            [25.722265554400057, 8.180401026155035],
            [27.66682666240021, 8.290970108063354],
            [20.72196556239966, 8.112194856654364],
            [24.055498890399925, 8.112194856654364],
            [26.833443330400147, 8.240554815393708],
        ],
    );
    assert_beliefs(
        &rate(&ranks, WengLinModel::PlackettLuce),
        [
            [34.54155973930108, 5.1414926009971476],
            [36.353457403284, 5.135050409156865],
            [21.002410824561533, 4.9432251766428115],
            [17.696700751112164, 5.167680850718785],
            [14.939365327531442, 5.169357278836033],
        ],
    );
}

/// openskill 6.2.0.
#[test]
fn plackett_luce_with_ties() {
    let ranks = ranks_with_ties();
    assert_beliefs(
        &rate(&ranks[..1], WengLinModel::PlackettLuce),
        [
            [25.166676666400015, 8.240554815393708],
            [27.66682666240021, 8.290970108063354],
            [23.49991000239988, 8.172850672141244],
            [23.49991000239988, 8.172850672141244],
            [25.166676666400015, 8.240554815393708],
        ],
    );
    assert_beliefs(
        &rate(&ranks, WengLinModel::PlackettLuce),
        [
            [32.13954260890693, 5.722845852219016],
            [34.46666839717175, 5.614009407066142],
            [24.600508263086258, 5.382114765703651],
            [20.256169050531263, 5.626544073177118],
            [13.273240060527167, 5.6867500309908525],
        ],
    );
}

/// openskill 6.2.0.
#[test]
fn bradley_terry_full_no_ties() {
    let ranks = ranks_no_ties();
    assert_beliefs(
        &rate(&ranks[..1], WengLinModel::BradleyTerryFull),
        [
            [25.0, 7.20283942520983],
            [35.54155797256199, 7.20283942520983],
            [14.458442027438007, 7.20283942520983],
            [19.729221013719005, 7.20283942520983],
            [30.270778986280995, 7.20283942520983],
        ],
    );
    assert_beliefs(
        &rate(&ranks, WengLinModel::BradleyTerryFull),
        [
            [30.111444146045223, 2.069298146571517],
            [30.687306588374387, 2.126436125159344],
            [23.006907014565215, 2.0496644025916124],
            [22.15898522745194, 2.090173136889099],
            [20.153785864637694, 2.173955132893339],
        ],
    );
}

/// openskill 6.2.0.
#[test]
fn bradley_terry_full_with_ties() {
    let ranks = ranks_with_ties();
    assert_beliefs(
        &rate(&ranks[..1], WengLinModel::BradleyTerryFull),
        [
            [27.635389493140497, 7.20283942520983],
            [35.54155797256199, 7.20283942520983],
            [17.093831520578505, 7.20283942520983],
            [17.093831520578505, 7.20283942520983],
            [27.635389493140497, 7.20283942520983],
        ],
    );
    assert_beliefs(
        &rate(&ranks, WengLinModel::BradleyTerryFull),
        [
            [30.29566647669187, 2.0561973384922707],
            [30.460436832689123, 2.1007945000662795],
            [23.52559810960723, 2.0378782967423583],
            [22.36473622306488, 2.076882669010101],
            [20.403849942917596, 2.165696954353187],
        ],
    );
}

/// openskill 6.2.0.
#[test]
fn thurstone_mosteller_full_no_ties() {
    let ranks = ranks_no_ties();
    assert_beliefs(
        &rate(&ranks[..1], WengLinModel::ThurstoneMostellerFull),
        [
            [25.0, 4.9590768827966],
            [41.92388609645312, 4.9590768827966],
            [8.076113903546883, 4.9590768827966],
            [16.53805695177344, 4.9590768827966],
            [33.46194304822656, 4.9590768827966],
        ],
    );
    assert_beliefs(
        &rate(&ranks, WengLinModel::ThurstoneMostellerFull),
        [
            [26.809472126677274, 1.3164222158371752],
            [27.10334713449311, 1.333749619892158],
            [22.320469178794102, 1.312863940592021],
            [22.230401156318887, 1.3101796860671675],
            [20.752315874074082, 1.3525238158458286],
        ],
    );
}

/// openskill 6.2.0.
#[test]
fn thurstone_mosteller_full_with_ties() {
    let ranks = ranks_with_ties();
    assert_beliefs(
        &rate(&ranks[..1], WengLinModel::ThurstoneMostellerFull),
        [
            [29.23097152411328, 4.270482887179981],
            [41.92388609645312, 4.9590768827966],
            [12.307085427660162, 4.270482887179981],
            [12.307085427660162, 4.270482887179981],
            [29.23097152411328, 4.270482887179981],
        ],
    );
    assert_beliefs(
        &rate(&ranks, WengLinModel::ThurstoneMostellerFull),
        [
            [27.1588507683748, 1.244687108694206],
            [27.05207662682412, 1.2706748190324655],
            [23.10496293490157, 1.2655694459387783],
            [22.80781804297307, 1.266749196643246],
            [21.61724747112195, 1.2856147994120157],
        ],
    );
}

#[test]
fn two_players_worked_by_hand() {
    // No drift, c^2 = 2 sigma^2 + 2 beta^2, p = 1/2, gamma = sigma / c: mu moves sigma^2 / c / 2,
    // sigma^2 shrinks by the share gamma (sigma / c)^2 / 4.
    let config = WengLinConfig { tau: 0.0, ..WengLinConfig::default() };
    let sigma = config.initial.sigma;
    let c = (2.0 * (sigma * sigma + config.beta * config.beta)).sqrt();
    let shift = 0.5 * sigma * sigma / c;
    let shrunk = sigma * (1.0 - 0.25 * (sigma / c).powi(3)).sqrt();
    for model in [WengLinModel::BradleyTerryFull, WengLinModel::PlackettLuce] {
        let found = rate_weng_lin(&[vec![0, 1]], model, &config).unwrap();
        assert_close(&[found[0].mu, found[1].mu], &[25.0 + shift, 25.0 - shift], 1e-12);
        assert_close(&[found[0].sigma], &[shrunk], 1e-12);
    }
}

#[test]
fn a_single_agent_only_drifts_and_no_windows_is_an_error() {
    for model in MODELS {
        let found = rate(&[vec![0]], model);
        assert_close(&[found[0].mu], &[25.0], 1e-15);
        assert!(found[0].sigma >= Gaussian::PRIOR.sigma);
        assert_eq!(rate_weng_lin(&[], model, &WengLinConfig::default()), Err(RatingError::NoWindows));
    }
}

proptest! {
    #[test]
    fn order_and_copies_to_the_bit(
        rows in prop::collection::vec(prop::collection::vec(0_u32..5, 4), 1..12),
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        // Agents 4 and 5 are copies of agent 3.
        let rows: Vec<Vec<u32>> = rows.into_iter().map(|mut r| { r.extend([r[3], r[3]]); r }).collect();
        for model in MODELS {
            let (plain, moved) = (rate(&rows, model), rate(&permuted(&rows, &order), model));
            prop_assert_eq!(plain[3], plain[4]);
            prop_assert_eq!(plain[3], plain[5]);
            for (index, &agent) in order.iter().enumerate() {
                prop_assert_eq!(moved[index], plain[agent]);
            }
        }
    }
}
