//! The time that a line of the streaming time server tells, in each of the three forms that it may have.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How far a line may be from the grader's clock.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);
/// Offsets from UTC are multiples of this everywhere.
const QUARTER: i64 = 15 * 60;

/// A time as a line tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Told {
    /// A moment.
    Moment(Timestamp),
    /// The reading of a clock on the wall, stored as UTC, in a zone of which only an abbreviation is known.
    Wall(Timestamp),
}

impl Told {
    /// Reads a whole line: `{'time' : '<t>'}` and `\n`.
    pub(super) fn parse(line: &[u8]) -> Option<Told> {
        let line = str::from_utf8(line).ok()?;
        let text = line.strip_prefix("{'time' : '")?.strip_suffix("'}\n")?;
        rfc3339(text).or_else(|| rfc2822(text)).map(Told::Moment).or_else(|| java(text))
    }

    /// Whether it lies between two moments of the grader's clock, give or take two seconds.
    pub(super) fn is_between(self, earliest: Timestamp, latest: Timestamp) -> bool {
        match self {
            Told::Moment(moment) => earliest - TOLERANCE <= moment && moment <= latest + TOLERANCE,
            Told::Wall(wall) => {
                // The unknown offset is a multiple of a quarter of an hour, so the remainders must agree.
                let since = wall.duration_since(earliest - TOLERANCE).as_secs().rem_euclid(QUARTER);
                since <= (latest.duration_since(earliest) + TOLERANCE * 2).as_secs() + 1
            }
        }
    }

    /// By how many quarters of an hour it is off, if the difference is such a multiple and at most 14 h. That happens to a program that
    /// takes one time zone for another.
    pub(super) fn zones_away(self, now: Timestamp) -> Option<i64> {
        const MOST: i64 = 14 * 4;
        let Told::Moment(moment) = self else { return None };
        let off = moment.duration_since(now).as_secs();
        let quarters = (off + off.signum() * QUARTER / 2) / QUARTER;
        let rest = SignedDuration::from_secs((off - quarters * QUARTER).abs());
        (quarters != 0 && quarters.abs() <= MOST && rest <= TOLERANCE).then_some(quarters)
    }

    /// How much later it is than `earlier`.
    pub(super) fn since(self, earlier: Told) -> SignedDuration {
        let (Told::Moment(now) | Told::Wall(now)) = self;
        let (Told::Moment(then) | Told::Wall(then)) = earlier;
        now.duration_since(then)
    }
}

/// RFC 3339, section 5.6, which also allows a space in place of the `T`.
fn rfc3339(text: &str) -> Option<Timestamp> {
    // The parser takes more than that RFC allows: times without seconds, dates without hyphens, names of zones.
    let at = |index: usize| text.as_bytes().get(index).copied().unwrap_or_default();
    let date = at(4) == b'-' && at(7) == b'-' && b"Tt ".contains(&at(10));
    let time = at(13) == b':' && at(16) == b':';
    let offset = text.ends_with(['Z', 'z']) || b"+-".contains(&at(text.len().wrapping_sub(6)));
    if date && time && offset { text.parse().ok() } else { None }
}

/// RFC 2822, section 3.3: `Sat, 21 Nov 2026 11:42:18 +0000`.
fn rfc2822(text: &str) -> Option<Timestamp> {
    Some(rfc2822::parse(text).ok()?.timestamp())
}

/// `dow mon dd hh:mm:ss zzz yyyy`, as in the documentation of Java's `java.util.Date.toString`.
fn java(text: &str) -> Option<Told> {
    let (rest, year) = text.rsplit_once(' ')?;
    let (rest, zone) = rest.rsplit_once(' ')?;
    let civil = DateTime::strptime("%a %b %d %H:%M:%S %Y", format!("{rest} {year}")).ok()?;
    let wall = TimeZone::UTC.to_timestamp(civil).ok()?;
    Some(if matches!(zone, "UTC" | "GMT") { Told::Moment(wall) } else { Told::Wall(wall) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<Told> {
        Told::parse(format!("{{'time' : '{text}'}}\n").as_bytes())
    }

    fn noon(seconds: i64) -> Timestamp {
        "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn all_three_forms_tell_the_same_moment() {
        for text in [
            "2026-11-21T12:00:00Z",
            "2026-11-21T13:00:00.250+01:00",
            "2026-11-21 12:00:00Z",
            "Sat, 21 Nov 2026 12:00:00 +0000",
            "Sat, 21 Nov 2026 12:00:00 GMT",
            "Sat Nov 21 12:00:00 UTC 2026",
            "Sat Nov 21 13:00:00 CET 2026",
            "Sat Nov 21 17:30:00 IST 2026",
        ] {
            let told = told(text).unwrap_or_else(|| panic!("{text}"));
            assert!(told.is_between(noon(-1), noon(1)), "{text}");
            assert!(!told.is_between(noon(4), noon(5)), "{text}");
            assert!(!told.is_between(noon(-5), noon(-4)), "{text}");
        }
    }

    #[test]
    fn who_takes_one_zone_for_another_is_off_by_quarters_of_an_hour() {
        for (text, quarters) in [
            ("2026-11-21T13:00:00Z", Some(4)),
            ("Sat Nov 21 06:30:01 UTC 2026", Some(-22)),
            ("2026-11-21T13:00:00+01:00", None),
            ("2026-11-21T12:05:00Z", None),
            ("2026-11-22T12:00:00Z", None),
            ("Sat Nov 21 13:00:00 CET 2026", None),
        ] {
            assert_eq!(told(text).unwrap().zones_away(noon(0)), quarters, "{text}");
        }
    }

    #[test]
    fn other_forms_are_none() {
        for text in [
            "2026-11-21T12:00:00",
            "2026-11-21T12:00Z",
            "20261121T120000Z",
            "2026-11-21T12:00:00Z[UTC]",
            "2026-11-21T12:00:00 UTC",
            "21.11.2026 12:00:00",
            "1795262400",
            "12:00:00",
            "",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
        for line in [
            "{'time' : '2026-11-21T12:00:00Z'}\r\n",
            "{'time' : '2026-11-21T12:00:00Z'}",
            "{\"time\" : \"2026-11-21T12:00:00Z\"}\n",
            "{'time': '2026-11-21T12:00:00Z'}\n",
        ] {
            assert_eq!(Told::parse(line.as_bytes()), None, "{line}");
        }
    }
}
