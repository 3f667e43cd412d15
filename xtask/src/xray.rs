//! `cargo xtask xray`: a picture of a running program, once or again and again.

use crate::arguments;
use crate::check::progress;
use crate::destination::Destination;
use crate::naming;
use crate::order;
use crate::trouble::Trouble;
use cli::{Format, Status};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use crossterm::{execute, queue};
use model::Picture;
use report::{Palette, xray};
use runner::{Order, Xray};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, IsTerminal, Read, Write};

/// The most rows of each kind in a picture that is printed once.
const ROWS: usize = 40;
/// How many lines a screen needs beside the rows: heading, column names, empty lines.
const FRAME: usize = 9;
/// The time between two pictures.
const INTERVAL: Timespec = Timespec { tv_sec: 0, tv_nsec: 500_000_000 };

/// Looks at the program and shows the picture.
pub(crate) fn xray(arguments: &arguments::Xray) -> Result<Status, Trouble> {
    if arguments.live && !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Trouble::Usage("--live needs a terminal; without it one picture is taken".to_owned()));
    }
    let mut target = target(arguments)?;
    if arguments.live {
        return live(&mut target);
    }
    let Some(picture) = target.look()? else {
        return Err(Trouble::Usage("the program has ended, so there is nothing to see".to_owned()));
    };
    let destination = Destination::StandardOutput;
    let palette = Palette::new(destination.wants_colour());
    let rows = if arguments.all { usize::MAX } else { ROWS };
    destination.write(|mut out| match arguments.format {
        Format::Human => {
            for line in xray::lines(&picture, None, rows, palette) {
                writeln!(out, "{line}")?;
            }
            out.flush()
        }
        Format::Json => xray::json(&picture, &mut out),
    })?;
    Ok(Status::Passed)
}

fn target(arguments: &arguments::Xray) -> Result<Xray, Trouble> {
    if let Some(pid) = arguments.pid {
        return Ok(Xray::process(pid)?);
    }
    if !arguments.command.is_empty() {
        return Ok(Xray::command(&arguments.command, arguments.live)?);
    }
    let Some(lab) = &arguments.lab else {
        let usage = "name a lab and one of its programs, or a process with --pid, or a command behind --";
        return Err(Trouble::Usage(usage.to_owned()));
    };
    let suite = naming::suite(lab)?;
    let names: Vec<&str> = suite.lab.programs.iter().map(|program| program.name).collect();
    let program = match (&arguments.program, names.as_slice()) {
        (_, []) => {
            return Err(Trouble::Usage(format!("{lab} asks for no program, so there is nothing to look at")));
        }
        (Some(name), _) => naming::program(suite, name)?.name,
        (None, [only]) => only,
        (None, _) => {
            return Err(Trouble::Usage(format!("name one of the programs of {lab}: {}", names.join(", "))));
        }
    };
    let order = Order {
        suite,
        checks: Vec::new(),
        source: order::source(suite, arguments.reference, &[])?,
        document: None,
        keep: None,
        seed: order::fresh_seed(),
        jobs: None,
        isolation: runner::IsolationChoice::Auto,
        confinement: runner::Confinement::of(suite),
    };
    let progress = progress("");
    let target = Xray::program(&order, program, arguments.clients, &|notice| progress.notice(&notice));
    progress.clear();
    Ok(target?)
}

/// Draws a picture twice a second, until the program has ended or the user quits.
fn live(target: &mut Xray) -> Result<Status, Trouble> {
    let palette = Palette::new(Destination::StandardOutput.wants_colour());
    let screen = Screen::take()?;
    let mut before: Option<Picture> = None;
    while let Some(picture) = target.look()? {
        let (_, height) = size()?;
        let rows = usize::from(height).saturating_sub(FRAME) / 3;
        let mut lines = xray::lines(&picture, before.as_ref(), rows.max(3), palette);
        lines.truncate(usize::from(height).saturating_sub(2));
        screen.draw(&lines, palette)?;
        before = Some(picture);
        if screen.is_left()? {
            return Ok(Status::Passed);
        }
    }
    drop(screen);
    anstream::eprintln!("the program has ended");
    Ok(Status::Passed)
}

/// The terminal in full-screen mode, which is left when this is dropped.
struct Screen;

impl Screen {
    fn take() -> io::Result<Screen> {
        enable_raw_mode()?;
        let screen = Screen;
        execute!(io::stdout(), EnterAlternateScreen, Hide, DisableLineWrap)?;
        Ok(screen)
    }

    /// Draws over the previous picture, so nothing flickers.
    fn draw(&self, lines: &[String], palette: Palette) -> io::Result<()> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        queue!(out, BeginSynchronizedUpdate, MoveTo(0, 0))?;
        for line in lines {
            write!(out, "{line}")?;
            queue!(out, Clear(ClearType::UntilNewLine))?;
            write!(out, "\r\n")?;
        }
        write!(out, "{}", xray::help(palette))?;
        queue!(out, Clear(ClearType::FromCursorDown), EndSynchronizedUpdate)?;
        out.flush()
    }

    /// Waits until the next picture is due. Returns whether the user quits before.
    fn is_left(&self) -> io::Result<bool> {
        const CONTROL_C: u8 = 3;
        const ESCAPE: u8 = 27;
        let input = io::stdin();
        match poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&INTERVAL)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut keys = [0; 16];
        let count = input.lock().read(&mut keys)?;
        let leaves = |key: &u8| matches!(*key, b'q' | b'Q' | CONTROL_C | ESCAPE);
        Ok(count == 0 || keys[..count].iter().any(leaves))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // The terminal may be gone; then nobody sees its state.
        let _ = execute!(io::stdout(), EnableLineWrap, Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}
