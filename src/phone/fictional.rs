//! Numbers that nobody has: set aside by the authorities for film, books and examples, or typed to
//! get past a form. They are valid in every other way.

#![allow(
    clippy::inconsistent_digit_grouping,
    clippy::zero_prefixed_literal,
    reason = "digits stand in the groups of telephone numbers"
)]

use super::number::Phone;

/// Why a valid number is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fiction {
    /// A range that an authority keeps free for fiction and examples.
    Reserved,
    /// Digits as a hand types them to fill a field: all alike, or counting up or down.
    Placeholder,
}

/// Ranges of E.164 digits, both ends included, in ascending order. From the lists that the
/// authorities publish: ARCEP's numbers for audiovisual works (+33), Ofcom's for drama (+44), PTS's
/// for books and films (+46), those of the Bundesnetzagentur and of mobile operators for media
/// (+49, not all of the operators'), ComReg's for drama (+353), and ACMA's for creative works
/// (+61). North America's follow one rule, below.
const RESERVED: [(u64, u64); 77] = [
    (33_1_9900_0000, 33_1_9900_9999),
    (33_2_6191_0000, 33_2_6191_9999),
    (33_3_5301_0000, 33_3_5301_9999),
    (33_4_6571_0000, 33_4_6571_9999),
    (33_5_3649_0000, 33_5_3649_9999),
    (33_6_3998_0000, 33_6_3998_9999),
    (46_31_390_0600, 46_31_390_0699),
    (46_40_628_0400, 46_40_628_0499),
    (46_70_174_0605, 46_70_174_0699),
    (46_8_465_00400, 46_8_465_00499),
    (46_980_319_200, 46_980_319_299),
    (61_2_5550_0000, 61_2_5550_9999),
    (61_2_7010_0000, 61_2_7010_9999),
    (61_3_5550_0000, 61_3_5550_9999),
    (61_3_7010_0000, 61_3_7010_9999),
    (61_491_570_006, 61_491_570_006),
    (61_491_570_110, 61_491_570_110),
    (61_491_570_156, 61_491_570_159),
    (61_491_570_313, 61_491_570_313),
    (61_491_570_737, 61_491_570_737),
    (61_491_571_266, 61_491_571_266),
    (61_491_571_491, 61_491_571_491),
    (61_491_571_804, 61_491_571_804),
    (61_491_572_549, 61_491_572_549),
    (61_491_572_665, 61_491_572_665),
    (61_491_572_983, 61_491_572_983),
    (61_491_573_087, 61_491_573_087),
    (61_491_573_770, 61_491_573_770),
    (61_491_574_118, 61_491_574_118),
    (61_491_574_632, 61_491_574_632),
    (61_491_575_254, 61_491_575_254),
    (61_491_575_789, 61_491_575_789),
    (61_491_576_398, 61_491_576_398),
    (61_491_576_801, 61_491_576_801),
    (61_491_577_426, 61_491_577_426),
    (61_491_577_644, 61_491_577_644),
    (61_491_578_148, 61_491_578_148),
    (61_491_578_888, 61_491_578_888),
    (61_491_578_957, 61_491_578_957),
    (61_491_579_212, 61_491_579_212),
    (61_491_579_455, 61_491_579_455),
    (61_491_579_760, 61_491_579_760),
    (61_7_5550_0000, 61_7_5550_9999),
    (61_7_7010_0000, 61_7_7010_9999),
    (61_8_5550_0000, 61_8_5550_9999),
    (61_8_7010_0000, 61_8_7010_9999),
    (353_20_910_0000, 353_20_919_9999),
    (44_113_496_0000, 44_113_496_0999),
    (44_114_496_0000, 44_114_496_0999),
    (44_115_496_0000, 44_115_496_0999),
    (44_116_496_0000, 44_116_496_0999),
    (44_117_496_0000, 44_117_496_0999),
    (44_118_496_0000, 44_118_496_0999),
    (44_121_496_0000, 44_121_496_0999),
    (44_131_496_0000, 44_131_496_0999),
    (44_141_496_0000, 44_141_496_0999),
    (44_151_496_0000, 44_151_496_0999),
    (44_161_496_0000, 44_161_496_0999),
    (44_1632_960000, 44_1632_960999),
    (44_191_498_0000, 44_191_498_0999),
    (44_20_7946_0000, 44_20_7946_0999),
    (44_28_9649_6000, 44_28_9649_6999),
    (44_29_2018_0000, 44_29_2018_0999),
    (44_3069_990000, 44_3069_990999),
    (44_7700_900000, 44_7700_900999),
    (44_8081_570000, 44_8081_570999),
    (44_909_879_0000, 44_909_879_0999),
    (49_171_39200_00, 49_171_39200_99),
    (49_221_4710_000, 49_221_4710_999),
    (49_30_23125_000, 49_30_23125_999),
    (49_40_66969_000, 49_40_66969_999),
    (49_69_90009_000, 49_69_90009_999),
    (49_89_99998_000, 49_89_99998_999),
    (61_1300_975_707, 61_1300_975_711),
    (61_1800_160_401, 61_1800_160_401),
    (61_1800_975_707, 61_1800_975_711),
    (49_176_040690_00, 49_176_040690_99),
];

/// The last digits that make a placeholder, and how many they are.
const PLACEHOLDER_DIGITS: u32 = 7;

/// Whether the number is nobody's. `digits` are those of its E.164.
#[must_use]
pub fn fiction(digits: u64) -> Option<Fiction> {
    reserved(digits).or_else(|| is_typed(digits).then_some(Fiction::Placeholder))
}

/// The first two digits of every number that is set aside, four bits each.
const RESERVED_BEGINNINGS: [bool; 256] = {
    let mut beginnings = [false; 256];
    let mut at = 0;
    while at < RESERVED.len() {
        let mut digits = RESERVED[at].0;
        while digits > 99 {
            digits /= 10;
        }
        beginnings[(digits / 10 * 16 + digits % 10) as usize] = true;
        at += 1;
    }
    // North America.
    let mut second = 0;
    while second < 10 {
        beginnings[0x10 + second] = true;
        second += 1;
    }
    beginnings
};

/// Whether a few of a phone's digits tell that it is not nobody's, as those of most do: it begins
/// like no number that is set aside, and its last three digits go neither straight up nor straight
/// down nor stay.
#[inline]
pub(super) fn is_plainly_real(phone: Phone) -> bool {
    let [last, before, first] = phone.last_digits();
    let bend = last + first + 20 - 2 * before;
    !RESERVED_BEGINNINGS[usize::from(phone.first_two_digits())] && bend % 10 != 0
}

/// Whether the digits, which need not be a valid number, are set aside for fiction.
pub(super) fn reserved(digits: u64) -> Option<Fiction> {
    let at = RESERVED.partition_point(|(first, _)| *first <= digits);
    let in_range = at > 0 && digits <= RESERVED[at - 1].1;
    // 555-0100 to 555-0199 in every area of North America.
    let north_america = (1_0000000000..2_0000000000).contains(&digits);
    let nobody = in_range || (north_america && digits % 10_000_000 / 100 == 555_01);
    nobody.then_some(Fiction::Reserved)
}

/// Whether the last digits are all alike, or each one more or one less than the one before.
fn is_typed(digits: u64) -> bool {
    let mut tail = digits % 10u64.pow(PLACEHOLDER_DIGITS);
    let mut last = tail % 10;
    let mut step = None;
    for _ in 1..PLACEHOLDER_DIGITS {
        tail /= 10;
        let digit = tail % 10;
        let here = (last + 10 - digit) % 10;
        if !matches!(here, 0 | 1 | 9) || *step.get_or_insert(here) != here {
            return false;
        }
        last = digit;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(digits: u64) -> Option<Fiction> {
        fiction(digits)
    }

    #[test]
    fn the_ranges_ascend_and_do_not_overlap() {
        for pair in RESERVED.windows(2) {
            assert!(pair[0].0 <= pair[0].1 && pair[0].1 < pair[1].0, "{pair:?}");
        }
    }

    #[test]
    fn numbers_set_aside_for_fiction_are_told_from_their_neighbours() {
        for digits in [
            14155550100,
            12125550199,
            447700900461,
            442079460958,
            33639981234,
            61491570156,
            493023125123,
            46701740605,
            61491579455,
            353209101234,
        ] {
            assert_eq!(of(digits), Some(Fiction::Reserved), "{digits}");
        }
        for digits in [
            14155550200,
            14155560150,
            447700901461,
            442079461958,
            33639991234,
            61491570155,
            493023126123,
            46701740604,
            61491579456,
            353209201234,
        ] {
            assert_eq!(of(digits), None, "{digits}");
        }
    }

    #[test]
    fn what_is_plainly_real_is_real() {
        let ranges =
            RESERVED.iter().flat_map(|(first, last)| [*first, first.midpoint(*last), *last]);
        let typed = (0..10).flat_map(|first| {
            [0, 1, 9].map(|step| (0..9).fold(97, |all, at| all * 10 + (first + at * step) % 10))
        });
        let mut state = 1_u64;
        let any = (0..100_000).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            10_000_000 + (state >> 20) % 1_000_000_000_000
        });
        let mut plain = 0;
        for digits in ranges.chain(typed).chain(any).chain([1_415_555_0123, 1_212_555_0199]) {
            let packed = u64::from_str_radix(&digits.to_string(), 16).expect("digits");
            let phone = Phone(std::num::NonZeroU64::new(packed).expect("not zero"));
            assert!(!is_plainly_real(phone) || of(digits).is_none(), "{digits}");
            plain += u32::from(is_plainly_real(phone));
        }
        assert!(plain > 50_000, "only {plain} were plain");
    }

    #[test]
    fn digits_typed_to_fill_a_field_are_placeholders() {
        for digits in [
            971501234567,
            971555555555,
            919999999999,
            971500000000,
            14157654321,
            12345678901,
            919876543210,
        ] {
            assert_eq!(of(digits), Some(Fiction::Placeholder), "{digits}");
        }
        for digits in [971501234568, 971505555556, 971501010101] {
            assert_eq!(of(digits), None, "{digits}");
        }
    }
}
