//! One submission: reads it, builds it, checks it, and writes the results.

use super::broken;
use super::products::Products;
use super::rulings::Rulings;
use super::telling::{Teller, Told};
use grade::class::{Entry, Outcome};
use grade::workshop::{Built, Compiled, Workshop};
use intake::{Content, Digest, SETTINGS, Taken};
use model::{Fault, Lab, Ruling, RunReport, Verdict};
use runner::{Confinement, HandIn};
use sandbox::{Template, TemplateError};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many checks of a submission run at the same time. They mostly wait, and there are several submissions for each processor.
const CHECKS: usize = 2;

/// What is needed to grade submissions.
pub(super) struct Grading {
    workshop: Workshop,
    products: Products<Result<Ready, Fault>>,
    /// What no submission may see: the course, other submissions, the results.
    hidden: Vec<PathBuf>,
    /// How much time each submission has for all its checks.
    time: Duration,
    teller: Teller,
    rulings: Rulings,
}

/// The result of building.
#[derive(Clone, Debug)]
enum Ready {
    /// How each program is started, and the verdict on all clauses about programs that cannot be started.
    Programs { templates: BTreeMap<String, Template>, broken: BTreeMap<String, Verdict> },
    /// It does not compile; the compiler's messages.
    Not(String),
    /// It cannot be checked, for this reason, which is its own.
    Refused(String),
}

impl Ready {
    fn programs(templates: BTreeMap<String, Template>) -> Ready {
        Ready::Programs { templates, broken: BTreeMap::new() }
    }
}

impl Grading {
    pub(super) fn new(
        teller: Teller,
        rulings: Rulings,
        workshop: Workshop,
        folder: PathBuf,
        hidden: Vec<PathBuf>,
        time: Duration,
        counts: &HashMap<Digest, usize>,
    ) -> Grading {
        Grading { workshop, products: Products::new(folder, counts), hidden, time, teller, rulings }
    }

    /// Grades a submission and writes its files.
    pub(super) fn grade(&self, submission: &intake::Entry, out: &Path) -> Entry {
        let name = &submission.name;
        let taken = submission.take(&self.teller.suite.lab);
        let content = taken.as_ref().ok().and_then(|taken| taken.content.as_ref().ok());
        let digest = content.map(|content| content.digest.to_string()).unwrap_or_default();
        let ruling = self.rulings.of(name, &digest);
        let entry = |outcome: Outcome| Entry {
            name: name.clone(),
            original_name: submission.original.clone(),
            digest: digest.clone(),
            ruling: ruling.filter(|_| outcome.has_fault()),
            outcome,
        };
        let outcome = taken.and_then(|taken| self.judge(name, taken, ruling, out));
        let outcome = outcome.or_else(|fault| {
            let ruling = ruling.ok_or_else(|| fault.clone())?;
            self.teller.fault(out, name, &fault.message, ruling)?;
            Ok(Outcome::Fault(fault.message))
        });
        let told = outcome.map(entry).and_then(|entry| {
            self.teller.classroom50(out, &entry)?;
            Ok(entry)
        });
        told.unwrap_or_else(|fault| {
            // Files that were written already would look like a mark. A result that could not be written is no mark, whatever was decided.
            let fault = self.teller.take_back(out, name, fault);
            Entry { ruling: None, ..entry(Outcome::Fault(fault.message)) }
        })
    }

    /// Finds out what a submission is worth and writes it.
    fn judge(
        &self,
        name: &str,
        Taken { content, ignored }: Taken,
        ruling: Option<Ruling>,
        out: &Path,
    ) -> Result<Outcome, Fault> {
        let told = self.teller.begin(out, name)?;
        let remarks: Vec<String> =
            ignored.iter().map(|ignored| format!("ignored: {}: {}", ignored.path, ignored.reason)).collect();
        match content {
            Ok(content) => self.decide(&content, &told, &remarks, ruling),
            Err(refusal) => {
                let reason = refusal.to_string();
                told.no_verdicts("Nothing of this submission could be taken.", &reason, &remarks)?;
                Ok(Outcome::Refused(reason))
            }
        }
    }

    fn decide(
        &self,
        content: &Content,
        told: &Told,
        remarks: &[String],
        ruling: Option<Ruling>,
    ) -> Result<Outcome, Fault> {
        if content.files.is_empty() {
            let reason = nothing_asked_for(&self.teller.suite.lab);
            told.no_verdicts("There was nothing to check.", &reason, remarks)?;
            return Ok(Outcome::Refused(reason));
        }
        let build = |folder: &Path| self.build(content, folder);
        self.products.with(content.digest, build, |ready| self.check(ready?, content, told, remarks, ruling))
    }

    fn check(
        &self,
        ready: Ready,
        content: &Content,
        told: &Told,
        remarks: &[String],
        ruling: Option<Ruling>,
    ) -> Result<Outcome, Fault> {
        Ok(match ready {
            Ready::Programs { templates, broken } => {
                let document = self.teller.suite.lab.document.and_then(|name| content.files.get(name));
                let document = document.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                let (limits, hidden) = (self.teller.suite.limits, self.hidden.clone());
                let confinement = Confinement { limits, hidden };
                let hand_in = HandIn { templates, broken, document, confinement };
                let report =
                    runner::decide_all(self.teller.suite, &hand_in, self.teller.seed, CHECKS, self.time);
                let report = RunReport { ruling, ..report };
                told.verdicts(&report, remarks)?;
                Outcome::of(&report)
            }
            Ready::Not(words) => {
                told.no_verdicts("It does not compile.", &words, remarks)?;
                Outcome::DoesNotCompile
            }
            Ready::Refused(reason) => {
                told.no_verdicts("Its programs cannot be started.", &reason, remarks)?;
                Outcome::Refused(reason)
            }
        })
    }

    fn build(&self, content: &Content, folder: &Path) -> Result<Ready, Fault> {
        if folder.exists() {
            // A killed run has left it, with what was built in it.
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let Some(settings) = &content.settings else {
            if self.teller.suite.lab.programs.is_empty() {
                return Ok(Ready::programs(BTreeMap::new()));
            }
            return Ok(match self.workshop.compile(&content.files, folder)? {
                Built::Done(Compiled { executables, broken }) => {
                    let templates = executables.into_iter().map(|built| self.template(built)).collect();
                    Ready::Programs { templates, broken: broken::not_compiled(broken) }
                }
                Built::Refused(words) => Ready::Not(words),
            });
        };
        let place = match self.workshop.assemble(&content.files, settings.build.as_deref(), folder)? {
            Built::Done(place) => place,
            Built::Refused(words) => return Ok(Ready::Not(words)),
        };
        let (mut templates, mut errors) = (BTreeMap::new(), BTreeMap::new());
        for (program, command) in &settings.programs {
            match Template::parse_foreign(command, &place) {
                Ok(template) => _ = templates.insert(program.clone(), template),
                Err(error) => _ = errors.insert(program.clone(), error),
            }
        }
        if !templates.is_empty() {
            return Ok(Ready::Programs { templates, broken: broken::not_started(errors) });
        }
        match errors.values().find(|error| error.is_about_the_machine()) {
            Some(error) => Err(Fault::new(error.to_string())),
            None => Ok(Ready::Refused(told_together(&errors))),
        }
    }

    fn template(&self, (program, executable): (String, PathBuf)) -> (String, Template) {
        let arguments = self.teller.suite.lab.program(&program).map_or(&[][..], |program| program.arguments);
        let placeholders: Vec<&str> = arguments.iter().map(|argument| argument.name).collect();
        (program, Template::executable(executable, &placeholders))
    }

    /// Removes everything that is needed only while submissions are graded.
    pub(super) fn close(self) -> io::Result<()> {
        self.products.close()
    }
}

fn told_together(errors: &BTreeMap<String, TemplateError>) -> String {
    let told: Vec<String> = errors.iter().map(|(program, error)| format!("{program}: {error}")).collect();
    told.join("; ")
}

/// Why nothing was taken from a submission, and what would have been.
fn nothing_asked_for(lab: &Lab) -> String {
    let mut asked: Vec<String> = lab.programs.iter().map(|program| format!("{}.rs", program.name)).collect();
    asked.extend(lab.document.map(str::to_owned));
    if !lab.programs.is_empty() {
        asked.insert(0, "a folder src".to_owned());
        asked.push(format!("{SETTINGS} for another language"));
    }
    format!("nothing in it is what {} asks for: {}", lab.name(), asked.join(", "))
}
