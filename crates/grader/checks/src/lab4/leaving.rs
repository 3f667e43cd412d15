//! The three ways to leave a room, BYE, an end of file and a reset: who is told what, and what the server still holds afterwards.

use super::crowd::{Crowd, has_left, is_about_to_leave};
use crate::kit::leaving::{Way, expect_released};
use model::Step;
use session::Session;

/// L4.8
pub(super) fn says_goodbye(session: &mut Session) -> Step {
    let count = session.random.usize(3..=5);
    let mut names: Vec<String> = (0..count).map(|_| session.name(6)).collect();
    let mut crowd = Crowd::named(session, &names)?;
    let sockets = crowd.sockets()?;
    let mut commands = ["BYE\n", "bYe\r\n", "bye\n"].into_iter().cycle();
    while let Some(command) = commands.next().filter(|_| !crowd.clients.is_empty()) {
        if crowd.clients.len() == 1 {
            crowd.nothing_more()?;
        }
        // The first client has another one behind it in the list.
        let left = crowd.clients.len();
        let leaver = session.random.usize(..if left == count { left - 1 } else { left });
        let name = names.remove(leaver);
        let (about, left) = (is_about_to_leave(&name), has_left(&name));
        crowd.expect(leaver, command, |index| {
            if index == leaver { about.clone() } else { format!("{about}{left}") }
        })?;
        let mut gone = crowd.clients.remove(leaver);
        gone.expect_closed()?;
        gone.close();
    }
    expect_released(&crowd.server, &sockets, 0)
}

/// L4.9
pub(super) fn announces_who_just_goes(session: &mut Session) -> Step {
    let ways = [Way::Close, Way::Reset, Way::HalfClose];
    let mut names: Vec<String> = (0..=2 * ways.len()).map(|_| session.name(6)).collect();
    let mut crowd = Crowd::named(session, &names)?;
    let sockets = crowd.sockets()?;
    for way in ways {
        // A client in the middle of the list leaves, then the one that came last.
        for is_last in [false, true] {
            let last = crowd.clients.len() - 1;
            let index = if is_last { last } else { session.random.usize(1..last) };
            let (leaver, name) = (crowd.clients.remove(index), names.remove(index));
            if let Some(mut leaver) = way.leave(leaver)? {
                // The handout does not say what else it is told before its end.
                leaver.read_to_end(1 << 16).map_err(|stop| stop.remark(&way.to_string()))?;
                leaver.close();
            }
            let got = crowd.get(|_| has_left(&name))?;
            crowd.compare(&got, |_| has_left(&name)).map_err(|stop| stop.remark(&way.to_string()))?;
        }
    }
    crowd.nothing_more()?;
    crowd.clients.clear();
    expect_released(&crowd.server, &sockets, 0)
}
