//! What a lab asks: its programs and its clauses.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Whether a clause counts for points or for stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// What the lecture and its exam ask; all core clauses of a lab together are all of its points.
    Core,
    /// What an engineer would ask of a server that strangers can reach; shown as a star.
    Stretch,
}

/// A value that a command template may hold in braces, with the value built into a program without it.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder {
    /// The name between the braces: `port` for `{port}`.
    pub name: &'static str,
    /// The value that holds when the template lacks the placeholder; `None` when the template must have it.
    pub default: Option<&'static str>,
}

impl Placeholder {
    /// Whether it is a time. A program that has it built in sleeps for that long.
    pub fn is_time(&self) -> bool {
        self.name.ends_with("_ms")
    }
}

/// One program that a student hands in.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name, which is also the name of the binary in the stub crate.
    pub name: &'static str,
    /// Its arguments in order.
    pub arguments: &'static [Placeholder],
}

impl Program {
    /// What is wrong with the placeholders in a command template for this program, as one line; `None` if nothing is. A
    /// placeholder is a word of lower-case letters and underscores between braces.
    pub fn misused_placeholder(&self, template: &str) -> Option<String> {
        let braces = template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let is_name =
            |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let held: Vec<&str> = braces.filter(is_name).collect();
        if let Some(unknown) =
            held.iter().find(|name| !self.arguments.iter().any(|known| known.name == **name))
        {
            let known: Vec<String> =
                self.arguments.iter().map(|known| format!("{{{}}}", known.name)).collect();
            let known = known.join(" ");
            return Some(format!("there is no placeholder {{{unknown}}}; it may hold {known}"));
        }
        let is_missing = |known: &&Placeholder| known.default.is_none() && !held.contains(&known.name);
        let missing = self.arguments.iter().find(is_missing)?;
        Some(format!("the command must hold {{{}}}", missing.name))
    }
}

/// One sentence that one check decides. What a reader needs to learn from it is in its [`Words`].
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    /// `L3.4` for core clauses, `L3.S4` for stretch clauses. Stable once landed.
    pub id: &'static str,
    /// Core or stretch.
    pub tier: Tier,
    /// Points for a core clause; a stretch clause has 0 and gives one star.
    pub points: u32,
    /// The program that the clause is about or, in a lab without programs, the document. A clause about several programs stands once for
    /// each of them, is decided for each by itself, and gives its points for each.
    pub program: &'static str,
    /// Where its words stand.
    pub wording: &'static Wording,
}

/// What students are told of a clause.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The clause itself, one sentence without a full stop.
    pub title: String,
    /// Why it matters, in about two sentences.
    pub lesson: String,
    /// From a question to what exactly to look up; none gives the solution away.
    pub hints: [String; 3],
    /// How the check decides it.
    pub method: String,
    /// What programs that fail it usually get wrong.
    pub causes: Vec<String>,
}

/// The words of a lab's clauses by their ids, read when first asked for: deciding clauses needs none.
pub type Wording = LazyLock<BTreeMap<String, Words>>;

/// For a clause without words, of which there is none.
static NO_WORDS: Words = Words {
    title: String::new(),
    lesson: String::new(),
    hints: [String::new(), String::new(), String::new()],
    method: String::new(),
    causes: Vec::new(),
};

impl Clause {
    /// What students are told of it.
    pub fn words(&self) -> &'static Words {
        self.wording.get(self.id).unwrap_or(&NO_WORDS)
    }

    /// The clause itself, one sentence without a full stop.
    pub fn title(&self) -> &'static str {
        &self.words().title
    }
}

/// A lab: its programs and its clauses, in the order in which they are shown.
#[derive(Clone, Copy, Debug)]
pub struct Lab {
    /// The number in `lab3` and `L3.4`.
    pub number: u32,
    /// The second part of its folder's name: `echo` for `labs/lab3-echo`.
    pub slug: &'static str,
    /// What a heading shows.
    pub title: &'static str,
    /// Its programs; none if only a document is handed in.
    pub programs: &'static [Program],
    /// The package below `crates/programs` that holds the reference programs; empty if there are none.
    pub reference: &'static str,
    /// A file handed in beside the programs, or alone; the student's lies in the lab's folder, the right one in the reference's.
    pub document: Option<&'static str>,
}

impl Lab {
    /// `lab3`.
    pub fn name(&self) -> String {
        format!("lab{}", self.number)
    }

    /// The package of the stub crate, which is also its folder's name below `labs`: `lab3-echo`.
    pub fn package(&self) -> String {
        format!("lab{}-{}", self.number, self.slug)
    }

    /// Where the stub of a program, or the document, lies in the lab's folder: `src/bin/echo-server.rs`.
    pub fn source_file(&self, subject: &str) -> String {
        match self.programs {
            [] => subject.to_owned(),
            [_] => "src/main.rs".to_owned(),
            _ => format!("src/bin/{subject}.rs"),
        }
    }

    /// What its clauses are about: its programs or, where it has none, its document.
    pub fn subjects(&self) -> impl Iterator<Item = &'static str> {
        let document = self.document.filter(|_| self.programs.is_empty());
        self.programs.iter().map(|program| program.name).chain(document)
    }

    /// The program of that name.
    pub fn program(&self, name: &str) -> Option<&'static Program> {
        self.programs.iter().find(|program| program.name == name)
    }
}
