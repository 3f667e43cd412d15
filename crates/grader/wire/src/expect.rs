//! What a peer expects to come.

use crate::crowd::receive_until_rested;
use crate::framing::Framing;
use crate::patience::Stillness;
use crate::peer::{Ending, Peer};
use model::{Failure, Kind, Step};

/// How much more than expected is taken in, so that a failure can show it.
const SURPLUS: usize = 256;
/// More than that without an end is no message that anybody waits for.
const LONGEST_MESSAGE: usize = 4 << 20;

impl Peer {
    /// Expects exactly these bytes next, however many segments bring them. What comes after them is left for the next
    /// expectation.
    ///
    /// # Errors
    /// A failure at the first byte that differs, or when the bytes will never come.
    pub fn expect(&mut self, expected: impl AsRef<[u8]>) -> Step {
        let expected = expected.as_ref();
        let still = self.receive_until(&mut |arrived| {
            arrived.len() >= expected.len() || !expected.starts_with(arrived)
        })?;
        if self.arrived.starts_with(expected) {
            self.arrived.drain(..expected.len());
            return Ok(());
        }
        if !expected.starts_with(&self.arrived) {
            return Err(self.mismatch(expected)?.into());
        }
        let missing = match self.arrived.len() {
            0 => format!("{} got no answer", self.name()),
            n => format!("{} got only {n} of {} bytes", self.name(), expected.len()),
        };
        Err(self.ended(still, &missing)?.expected(expected).got(&*self.arrived).into())
    }

    /// Takes the next `length` bytes, or all there are when fewer will come.
    ///
    /// # Errors
    /// A failure when the program is gone; a fault of the grader.
    pub fn take(&mut self, length: usize) -> Step<Vec<u8>> {
        let still = self.receive_until(&mut |arrived| arrived.len() >= length)?;
        self.unless_gone(still)?;
        let end = self.arrived.len().min(length);
        Ok(self.arrived.drain(..end).collect())
    }

    /// Takes what comes up to and with the next `\\n`, or all there is when no newline will come or has come in 4 MiB.
    ///
    /// # Errors
    /// A failure when the program is gone; a fault of the grader.
    pub fn take_line(&mut self) -> Step<Vec<u8>> {
        self.take_message(Framing::Lines)
    }

    /// Takes the next message with what frames it, or all there is when no whole one will come or has come in 4 MiB.
    ///
    /// # Errors
    /// A failure when the program is gone; a fault of the grader.
    pub fn take_message(&mut self, framing: Framing) -> Step<Vec<u8>> {
        let still = self.receive_until_whole(framing)?;
        self.unless_gone(still)?;
        Ok(self.next_message(framing))
    }

    /// Expects an answer that `accepts` accepts: the next line with its `\\n`, or what there is when no newline will come or has come in
    /// 4 MiB. A line equal to `skipped` is left out. `expected` is for a reader.
    ///
    /// # Errors
    /// A failure when another answer comes, or none.
    pub fn expect_answer(
        &mut self,
        skipped: &[u8],
        expected: &[u8],
        accepts: impl Fn(&[u8]) -> bool,
    ) -> Step {
        let mut still = self.receive_until_whole(Framing::Lines)?;
        if self.arrived.starts_with(skipped) {
            self.arrived.drain(..skipped.len());
            still = self.receive_until_whole(Framing::Lines)?;
        }
        self.judge_message(Framing::Lines, still, expected, accepts)
    }

    /// Expects a message that `accepts` accepts: the next one with what frames it, or what there is when no whole one will come or has come
    /// in 4 MiB. `expected` is for a reader.
    ///
    /// # Errors
    /// A failure when another message comes, or none.
    pub fn expect_message(
        &mut self,
        framing: Framing,
        expected: &[u8],
        accepts: impl FnOnce(&[u8]) -> bool,
    ) -> Step {
        let still = self.receive_until_whole(framing)?;
        self.judge_message(framing, still, expected, accepts)
    }

    fn judge_message(
        &mut self,
        framing: Framing,
        still: Option<Stillness>,
        expected: &[u8],
        accepts: impl FnOnce(&[u8]) -> bool,
    ) -> Step {
        let answer = self.next_message(framing);
        if accepts(&answer) {
            return Ok(());
        }
        let is_whole = framing.payload(&answer).is_some();
        let failure = if is_whole || (still.is_none() && self.ending.is_none()) {
            Failure::new(Kind::Mismatch, format!("{} got another answer than expected", self.name()))
        } else if answer.is_empty() {
            self.ended(still, &format!("{} got no answer", self.name()))?
        } else {
            let lacking = match framing {
                Framing::Lines => "an answer without an end of line",
                Framing::Length => "an answer that is shorter than its length says",
            };
            self.ended(still, &format!("{} got {lacking}", self.name()))?
        };
        Err(failure.expected(expected).got(&*answer).into())
    }

    /// Waits for a whole message, or for more bytes than any has.
    fn receive_until_whole(&mut self, framing: Framing) -> Step<Option<Stillness>> {
        self.receive_until(&mut |arrived| arrived.len() > LONGEST_MESSAGE || framing.end(arrived).is_some())
    }

    fn next_message(&mut self, framing: Framing) -> Vec<u8> {
        let end = framing.end(&self.arrived).unwrap_or(self.arrived.len());
        self.arrived.drain(..end).collect()
    }

    /// Expects the program to close the connection now, without a further byte, by a proper end of file.
    ///
    /// # Errors
    /// A failure when more bytes come, when the connection is reset, or when it stays open.
    pub fn expect_end(&mut self) -> Step {
        match self.expect_closed()? {
            Ending::Closed => Ok(()),
            Ending::Reset => {
                let summary = format!("the connection of {} was reset", self.name());
                Err(self.lost(Kind::Reset, summary)?.expected("end of file").got("a reset").into())
            }
        }
    }

    /// Expects the program to close the connection now, without a further byte. If the program has left bytes unread, its kernel answers
    /// its close with a reset, which is as good here.
    ///
    /// # Errors
    /// A failure when more bytes come or when the connection stays open.
    pub fn expect_closed(&mut self) -> Step<Ending> {
        let still = self.receive_until(&mut |arrived| !arrived.is_empty())?;
        if !self.arrived.is_empty() {
            return Err(self.surplus("end of file")?.into());
        }
        match (self.ending, still) {
            (Some(ending), _) => Ok(ending),
            (None, still) => {
                let missing = format!("the connection of {} stays open", self.name());
                let mut failure =
                    self.ended(still, &missing)?.expected("end of file").got("an open connection");
                if failure.kind == Kind::Silence {
                    failure.kind = Kind::StillOpen;
                }
                Err(failure.into())
            }
        }
    }

    /// Expects that nothing comes, now or later, while the grader does nothing either.
    ///
    /// # Errors
    /// A failure when a byte or the end of the connection comes.
    pub fn expect_silence(&mut self) -> Step {
        let still = self.receive_until(&mut |arrived| !arrived.is_empty())?;
        self.nothing_came(still)
    }

    fn nothing_came(&mut self, still: Option<Stillness>) -> Step {
        if !self.arrived.is_empty() {
            return Err(self.surplus("nothing")?.into());
        }
        match (self.ending, still) {
            (Some(_), _) => {
                let summary = format!("the program ended the connection of {}", self.name());
                Err(self.lost(Kind::Ended, summary)?.expected("an open connection").got("its end").into())
            }
            (None, Some(still)) if is_gone(&still) => {
                Err(still.failure(&format!("{} waited", self.name())).expected("a running program").into())
            }
            (None, _) => Ok(()),
        }
    }

    /// As [`Peer::expect_silence`], but the program may end the connection: it may lose its patience with a client that says nothing.
    ///
    /// # Errors
    /// A failure when a byte comes, or the program is gone.
    pub fn expect_no_more(&mut self) -> Step {
        let still = self.receive_until(&mut |arrived| !arrived.is_empty())?;
        if self.ending.is_some() && self.arrived.is_empty() { Ok(()) } else { self.nothing_came(still) }
    }

    /// Expects that nothing has come when the program rests, see [`receive_until_rested`]. Unlike [`Peer::expect_silence`] this does not
    /// wait for threads that only wake by the clock: the next expectation finds a byte that comes later. So one proof of silence at the
    /// end of a conversation covers all its steps.
    ///
    /// # Errors
    /// A failure when a byte or the end of the connection has come.
    pub fn expect_quiet(&mut self) -> Step {
        let still = receive_until_rested(&mut [&mut *self])?;
        self.nothing_came(still)
    }

    /// Expects that nothing has come so far. After [`Peer::wait_until_read`] this costs no further wait: by then all has arrived that the
    /// program had sent when it came to rest. In all else as [`Peer::expect_quiet`].
    ///
    /// # Errors
    /// A failure when a byte or the end of the connection has come.
    pub fn expect_nothing_yet(&mut self) -> Step {
        self.receive()?;
        self.nothing_came(None)
    }

    /// Takes all that has come when the program rests, see [`receive_until_rested`].
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn read_until_rested(&mut self) -> Step<(Vec<u8>, Option<Ending>)> {
        receive_until_rested(&mut [&mut *self])?;
        Ok((std::mem::take(&mut self.arrived), self.ending))
    }

    /// Takes all bytes until the connection ends, `limit` at most.
    ///
    /// # Errors
    /// A failure when the connection will not end, and when more bytes come, with or without its end behind them.
    pub fn read_to_end(&mut self, limit: usize) -> Step<(Vec<u8>, Ending)> {
        let still = self.receive_until(&mut |arrived| arrived.len() > limit)?;
        match self.ending {
            Some(_) if self.arrived.len() > limit => {
                let summary = format!("{} got more than {limit} bytes before the end", self.name());
                let got = std::mem::take(&mut self.arrived);
                Err(Failure::new(Kind::Unexpected, summary).expected("end of file").got(&*got).into())
            }
            Some(ending) => Ok((std::mem::take(&mut self.arrived), ending)),
            None => {
                let missing = format!("the connection of {} stays open", self.name());
                Err(self.ended(still, &missing)?.expected("end of file").got(&*self.arrived).into())
            }
        }
    }

    /// Takes all that comes until the program ends the connection, or, with it open, will send no more.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn read_until_still(&mut self, limit: usize) -> Step<(Vec<u8>, Option<Ending>)> {
        self.receive_until(&mut |arrived| arrived.len() > limit)?;
        Ok((std::mem::take(&mut self.arrived), self.ending))
    }

    fn unless_gone(&self, still: Option<Stillness>) -> Step {
        match still {
            Some(still) if is_gone(&still) => Err(still.failure(&format!("{} waited", self.name())).into()),
            _ => Ok(()),
        }
    }

    /// Something other than `expected` has come: takes in what else comes and says so.
    fn mismatch(&mut self, expected: &[u8]) -> Step<Failure> {
        let enough = expected.len() + SURPLUS;
        self.receive_until(&mut |arrived| arrived.len() > enough)?;
        let summary = format!("{} got other bytes than expected", self.name());
        let got = std::mem::take(&mut self.arrived);
        Ok(Failure::new(Kind::Mismatch, summary).expected(expected).got(&*got))
    }

    /// Something has come where nothing should.
    fn surplus(&mut self, expected: &str) -> Step<Failure> {
        self.receive_until(&mut |arrived| arrived.len() > SURPLUS)?;
        let got = std::mem::take(&mut self.arrived);
        let (summary, expected) = (format!("{} got bytes that should not come", self.name()), expected);
        Ok(Failure::new(Kind::Unexpected, summary).expected(expected).got(&*got))
    }

    /// The failure that says why no more came.
    fn ended(&self, still: Option<Stillness>, missing: &str) -> Step<Failure> {
        match (self.ending, still) {
            (Some(Ending::Closed), _) => {
                self.lost(Kind::Ended, format!("{missing}: the program closed the connection"))
            }
            (Some(Ending::Reset), _) => {
                self.lost(Kind::Reset, format!("{missing}: the connection was reset"))
            }
            (None, Some(still)) => Ok(still.failure(missing)),
            (None, None) => {
                Ok(Failure::new(Kind::Unexpected, format!("{missing}: more came than it may be long")))
            }
        }
    }

    /// The failure that the program has ended this connection. The kernel closes the connections of a program that ends before it tells of
    /// its end. So the program first comes to rest or to its end: if it has ended, that explains the failure.
    ///
    /// # Errors
    /// A fault of the grader.
    pub fn lost(&self, kind: Kind, summary: impl Into<String>) -> Step<Failure> {
        self.patience.rested()?;
        Ok(Failure::new(kind, summary))
    }
}

fn is_gone(still: &Stillness) -> bool {
    matches!(still.kind, Kind::Exited | Kind::Crashed | Kind::NotWritten)
}
