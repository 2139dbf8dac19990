//! SQL-LLaMA's two sets in numbers, to see others beside them: counted from the files that its author released (10,500 and 1,400 rows in its
//! README; 9,690 and 1,394 of them in the files), as [`Statistics`] counts. Nothing of the rows themselves is here.

use crate::dataset::Statistics;

/// The sets with their names.
pub(super) fn published() -> [(&'static str, Statistics); 2] {
    let whole = Statistics {
        rows: 9_690,
        with_context: 9_675,
        keywords: [9_690, 145, 1_282, 74, 9_075, 1_285, 496, 81, 140, 367, 127, 0, 4_695],
        keyword_counts: [
            (1, 11),
            (2, 3_689),
            (3, 3_104),
            (4, 1_574),
            (5, 729),
            (6, 219),
            (7, 155),
            (8, 48),
            (9, 81),
            (10, 23),
            (11, 13),
            (12, 6),
            (13, 31),
            (14, 1),
            (15, 4),
            (17, 1),
            (21, 1),
        ]
        .into(),
        tables: [(1, 8_331), (2, 860), (3, 415), (4, 62), (5, 7)].into(),
        hardness: [3_595, 5_020, 486, 505],
        question_characters: 763_332,
        context_characters: 887_835,
        answer_characters: 1_012_534,
        ..Statistics::default()
    };
    let small = Statistics {
        rows: 1_394,
        with_context: 1_394,
        keywords: [1_394, 126, 1_129, 62, 873, 1_131, 415, 72, 116, 319, 106, 0, 180],
        keyword_counts: [
            (1, 5),
            (2, 69),
            (3, 106),
            (4, 317),
            (5, 375),
            (6, 203),
            (7, 141),
            (8, 46),
            (9, 68),
            (10, 19),
            (11, 9),
            (12, 5),
            (13, 25),
            (15, 4),
            (17, 1),
            (21, 1),
        ]
        .into(),
        tables: [(1, 211), (2, 746), (3, 374), (4, 56), (5, 7)].into(),
        hardness: [40, 482, 442, 429],
        question_characters: 115_855,
        context_characters: 193_890,
        answer_characters: 228_600,
        ..Statistics::default()
    };
    [("SQL-LLaMA", whole), ("its small set", small)]
}
