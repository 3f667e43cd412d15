//! What each client sees of the room, without any network.

use super::*;

/// A client, with the lines that it has been told and has not looked at yet.
struct Client {
    guest: Guest,
    outbox: Arc<Outbox>,
}

impl Client {
    fn enter(room: &Arc<Room>) -> Client {
        let outbox = Arc::new(Outbox::new(|| {}));
        let (guest, _) = room.enter(Arc::clone(&outbox));
        let client = Client { guest, outbox };
        assert_eq!(client.told(), WELCOME);
        client
    }

    fn send(&self, line: &str) -> Afterwards {
        self.guest.obey(Command::parse(line.as_bytes()))
    }

    /// Taking from an empty outbox would wait, so this adds a line.
    fn told(&self) -> String {
        let _ = self.outbox.push("END\n");
        let told = String::from_utf8(self.outbox.take().unwrap()).unwrap();
        told.strip_suffix("END\n").unwrap().to_owned()
    }
}

/// Two clients, Anna and Ben, who have seen each other arrive.
fn anna_and_ben() -> (Arc<Room>, Client, Client) {
    let room = Arc::new(Room::default());
    let anna = Client::enter(&room);
    anna.send("HELLO Anna");
    let ben = Client::enter(&room);
    ben.send("HELLO Ben");
    assert_eq!(anna.told(), "Anna is in the room.\nSomeone has arrived...\nBen is in the room.\n");
    assert_eq!(ben.told(), "Ben is in the room.\n");
    (room, anna, ben)
}

#[test]
fn the_welcome_names_the_commands() {
    for word in ["HELLO", "SAY", "WHO", "BYE", "KILL"] {
        assert!(WELCOME.contains(word), "{word}");
    }
    assert!(WELCOME.ends_with('\n'));
}

#[test]
fn what_is_said_reaches_everybody_in_the_same_words() {
    let (_room, anna, ben) = anna_and_ben();
    assert_eq!(anna.send("SAY good  morning"), Afterwards::Stay);
    ben.send("say");
    for client in [&anna, &ben] {
        assert_eq!(client.told(), "Anna says: good  morning\nBen says: nothing...\n");
    }
}

#[test]
fn a_list_and_an_error_are_for_their_sender_alone() {
    let (_room, anna, ben) = anna_and_ben();
    ben.send("WHO");
    ben.send("what");
    let error = "What? I only understand HELLO, SAY, WHO, BYE and KILL commands\n";
    assert_eq!(ben.told(), format!("Currently connected users:\n - Anna\n - Ben\n\n{error}"));
    assert_eq!(anna.told(), "");
}

#[test]
fn the_list_keeps_the_order_of_arrival() {
    let (room, anna, ben) = anna_and_ben();
    let nobody = Client::enter(&room);
    anna.send("HELLO Zoe");
    drop(ben);
    let last = Client::enter(&room);
    last.send("HELLO Aaron");
    last.told();
    last.send("WHO");
    assert_eq!(last.told(), "Currently connected users:\n - Zoe\n - An anonymous user\n - Aaron\n\n");
    drop(nobody);
}

#[test]
fn a_name_can_be_changed_and_given_back() {
    let (_room, anna, ben) = anna_and_ben();
    anna.send("HELLO Eva");
    anna.send("HELLO");
    anna.send("SAY hm");
    assert_eq!(
        ben.told(),
        "Eva is in the room.\nAn anonymous user is in the room.\nAn anonymous user says: hm\n"
    );
}

#[test]
fn who_says_bye_is_not_told_of_having_left() {
    let (_room, anna, ben) = anna_and_ben();
    assert_eq!(anna.send("BYE"), Afterwards::Leave);
    assert_eq!(anna.told(), "Anna is about to leave the room.\n");
    drop(anna);
    assert_eq!(ben.told(), "Anna is about to leave the room.\nAnna has left the room.\n");
}

#[test]
fn a_client_that_just_goes_has_left_too() {
    let (_room, anna, ben) = anna_and_ben();
    drop(anna);
    assert_eq!(ben.told(), "Anna has left the room.\n");
}

#[test]
fn a_client_that_was_dropped_has_no_say() {
    let (_room, anna, ben) = anna_and_ben();
    anna.outbox.abandon();
    assert_eq!(anna.send("SAY still here"), Afterwards::Leave);
    drop(anna.guest);
    assert_eq!(ben.told(), "Anna has left the room.\n");
}

#[test]
fn kill_answers_its_sender_and_a_closed_room_is_silent() {
    let (room, anna, ben) = anna_and_ben();
    assert_eq!(ben.send("Kill"), Afterwards::Kill);
    assert_eq!(ben.told(), "KILL command received. Bringing server down...\n");
    room.close(Duration::ZERO);
    ben.send("SAY too late");
    assert!(anna.outbox.take().is_none());
}
