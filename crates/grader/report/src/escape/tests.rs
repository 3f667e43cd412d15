use super::*;

/// The two lines and the caret line, as a reader sees them.
fn shown(expected: &[u8], got: &[u8], columns: usize) -> String {
    let comparison = compare(expected, got, columns);
    let caret = comparison.difference.map_or(String::new(), |difference| {
        format!("{}^{}", " ".repeat(difference.column), difference.offset)
    });
    format!("{}\n{}\n{caret}", comparison.expected, comparison.got)
}

#[test]
fn printable_ascii_stays_and_the_rest_is_escaped() {
    assert_eq!(escape(b"HELLO you\r\n\t\\\0\x1b[31m\x7f\xff"), r"HELLO you\r\n\t\\\x00\x1B[31m\x7F\xFF");
}

#[test]
fn letters_stay_and_what_cannot_be_seen_does_not() {
    assert_eq!(escape("Éß 漢 😀".as_bytes()), "Éß 漢 😀");
    // no-break space, zero-width space, right-to-left override, combining acute, next line, ellipsis
    assert_eq!(
        escape("\u{a0}\u{200b}\u{202e}e\u{301}\u{85}…".as_bytes()),
        r"\xC2\xA0\xE2\x80\x8B\xE2\x80\xAEe\xCC\x81\xC2\x85\xE2\x80\xA6"
    );
}

#[test]
fn a_character_cut_in_two_is_shown_as_bytes() {
    assert_eq!(escape(b"caf\xc3"), r"caf\xC3");
    assert_eq!(escape(b"\xa9!"), r"\xA9!");
}

#[test]
fn text_keeps_its_lines_but_no_controls() {
    assert_eq!(text("a\\b\n\x1b[2Jc\r\td…"), "a\\b\n\\x1B[2Jc\\r d…");
    assert_eq!(text("\u{fffe}\u{ffff}"), r"\xEF\xBF\xBE\xEF\xBF\xBF");
}

#[test]
fn nothing_is_a_command_to_a_ci_service() {
    assert_eq!(escape(b"::error::forged"), r"::\x65rror::forged");
    assert_eq!(escape(b"a ::set-env name=A::b"), r"a ::\x73et-env name=A::b");
    assert_eq!(text("two\n \t::stop-commands::x"), "two\n  ::\\x73top-commands::x");
    assert_eq!(text("1: ##vso[task.complete]"), r"1: ##\x76so[task.complete]");
    assert_eq!(text("###[error]"), r"###\x5Berror]");
    assert_eq!(escape(b"section_start:1:a\r\x1b[0K"), r"section_start:1:a\r\x1B[0K");
    for harmless in ["std::io::Error", "[::1]:80 and ::1", "## heading", "a:: b", "#[test]"] {
        assert_eq!(text(harmless), harmless);
    }
}

#[test]
fn two_streams_are_shown_alike_up_to_a_command_in_one_of_them() {
    assert_eq!(shown(b"::error", b"::1", 80), "::\\x65rror\n::1\n  ^2");
}

#[test]
fn cutting_shows_that_something_is_missing() {
    assert_eq!(cut(b"0123456789", 10), "0123456789");
    assert_eq!(cut(b"0123456789a", 10), "012345678…");
    assert_eq!(cut(b"\n\n\n\n\n\n", 10), r"\n\n\n\n…", "an escape is never cut in two");
    assert_eq!(cut("漢漢漢漢漢漢".as_bytes(), 10), "漢漢漢漢…", "wide characters count twice");
    assert_eq!(cut(&[b'a'; 1 << 20], 5), "aaaa…");
    assert_eq!(cut(b"", 10), "");
}

#[test]
fn the_caret_stands_under_the_first_byte_that_differs() {
    assert_eq!(shown(b"HELLO\n", b"HELLO\r\n", 80), "HELLO\\n\nHELLO\\r\\n\n     ^5");
    assert_eq!(shown(b"a\n\0\xffb", b"a\n\0\xffc", 80), "a\\n\\x00\\xFFb\na\\n\\x00\\xFFc\n           ^4");
}

#[test]
fn the_caret_counts_columns_not_bytes() {
    assert_eq!(shown("éß漢x".as_bytes(), "éß漢y".as_bytes(), 80), "éß漢x\néß漢y\n    ^7");
}

#[test]
fn characters_that_differ_are_shown_whole_when_both_are_whole() {
    assert_eq!(shown("É\n".as_bytes(), "é\n".as_bytes(), 80), "É\\n\né\\n\n^1");
}

#[test]
fn a_half_character_is_compared_byte_by_byte() {
    assert_eq!(shown("caf\u{e9}\n".as_bytes(), b"caf\xc3\n", 80), "caf\\xC3\\xA9\\n\ncaf\\xC3\\n\n       ^4");
    assert_eq!(shown("caf\u{e9}".as_bytes(), b"caf\xc3", 80), "caf\\xC3\\xA9\ncaf\\xC3\n       ^4");
}

#[test]
fn a_short_and_a_long_answer_differ_where_the_shorter_ends() {
    let short = compare(b"HELLO\n", b"HEL", 80).difference.unwrap();
    assert_eq!(short, Difference { offset: 3, column: 3, nature: Nature::Short });
    let long = compare(b"HEL", b"HELLO\n", 80).difference.unwrap();
    assert_eq!(long, Difference { offset: 3, column: 3, nature: Nature::Long });
    assert_eq!(compare(b"same", b"same", 80).difference, None);
}

#[test]
fn long_strings_are_cut_around_the_difference() {
    let expected = [&[b'a'; 5000][..], b"X", &[b'b'; 5000]].concat();
    let got = [&[b'a'; 5000][..], b"Y", &[b'b'; 10]].concat();
    let lines = shown(&expected, &got, 20);
    assert_eq!(lines, "…aaaaaaaaaXbbbbbbbb…\n…aaaaaaaaaYbbbbbbbb…\n          ^5000");
    let wide = "é".repeat(5000);
    let lines = shown(format!("{wide}x").as_bytes(), format!("{wide}y").as_bytes(), 20);
    assert_eq!(lines, "…éééééééééx\n…éééééééééy\n          ^10000");
}

/// For any two strings, the byte under the caret is the first that differs, and nothing is too wide.
#[test]
fn the_caret_is_right_for_any_two_strings() {
    let alphabet: [&[u8]; 10] =
        [b"a", b"\n", b"\xc3", b"\xa9", "é".as_bytes(), "漢".as_bytes(), b"\0", b"\\", b"::", b"##"];
    let mut state = 1u32;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below
    };
    for _ in 0..20_000 {
        let mut string = |length| (0..length).flat_map(|_| alphabet[next(10)].to_vec()).collect::<Vec<u8>>();
        let (common, left, right) = (string(12), string(3), string(3));
        let (expected, got) = ([common.clone(), left].concat(), [common, right].concat());
        let columns = 16;
        let Comparison { expected: upper, got: lower, difference } = compare(&expected, &got, columns);
        let Some(difference) = difference else {
            assert_eq!(expected, got);
            continue;
        };
        let prefix = |line: &str| {
            let mut taken = 0;
            let same = |c: &char| {
                taken += c.width().unwrap_or(0);
                taken <= difference.column
            };
            line.chars().take_while(same).collect::<String>()
        };
        assert_eq!(prefix(&upper), prefix(&lower), "{upper}\n{lower}");
        assert_ne!(upper, lower);
        for line in [&upper, &lower] {
            let width: usize = line.chars().filter_map(UnicodeWidthChar::width).sum();
            assert!(width <= columns, "{line} is {width} wide");
        }
    }
}
