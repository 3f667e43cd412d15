//! Lab 1, the dumb HTTP client: it connects, says that it does not speak HTTP, and prints what comes back.

mod client;
mod http;

use crate::{Check, Suite};
use model::{Clause, Lab, Placeholder, Program, Tier};
use sandbox::Limits;

const CLIENT: &str = "dumb-http-client";

pub(crate) const SUITE: Suite = Suite {
    lab: Lab {
        number: 1,
        slug: "dumb-http-client",
        title: "The dumb HTTP client",
        reference: "reference-dumb-http-client",
        document: None,
        // The defaults name a host on the Internet, which no check contacts: a command must take both values.
        programs: &[Program {
            name: CLIENT,
            arguments: &[
                Placeholder { name: "host", default: None },
                Placeholder { name: "port", default: None },
            ],
        }],
    },
    checks: CHECKS,
    limits: Limits::USUAL,
    bank: None,
};

const CHECKS: &[Check] = &[
    Check {
        clause: Clause {
            id: "L1.1",
            tier: Tier::Core,
            points: 10,
            program: CLIENT,
            title: "The client connects to the given host and port",
            lesson: "An address and a port together name one program on one machine. A client makes the connection request, and the \
                     kernel chooses its own port.",
            hint: "Which call makes the connection request, and where do its two values come from?",
            method: "Listens on a random loopback address and port, starts the client with them and waits for its connection; then the same with the \
                     name of the machine.",
            causes: &[
                "the arguments are ignored",
                "host and port are taken in the wrong order",
                "the host must be an address, and a name is none",
            ],
        },
        decide: client::connects,
    },
    Check {
        clause: Clause {
            id: "L1.2",
            tier: Tier::Core,
            points: 15,
            program: CLIENT,
            title: "The client sends its 43 bytes exactly, and no others",
            lesson: "To the server your words are a sequence of bytes. The two line ends at the end are part of it: for HTTP they mark \
                     where a request is over.",
            hint: "Count the bytes that you send. Does your print function add something, or your buffer keep something back?",
            method: "Reads from the client until the kernel shows that it will send no more, answers it, and compares all that it has sent.",
            causes: &[
                "\\n\\n instead of \\r\\n\\r\\n",
                "a newline added by println",
                "a buffer that is not flushed",
            ],
        },
        decide: client::sends_its_words,
    },
    Check {
        clause: Clause {
            id: "L1.3",
            tier: Tier::Core,
            points: 20,
            program: CLIENT,
            title: "The client goes on reading until the server closes, however many reads that takes",
            lesson: "A read returns what has arrived, be it one byte; that it returned less than the buffer holds means nothing. Only end \
                     of file says that the response is over.",
            hint: "What does your read call return at the end of the stream, and what makes your loop stop?",
            method: "Responses of 1, 1023, 1024, 1025 bytes and 1 MiB, and one byte at a time: when the client has read everything, a few bytes more \
                     come, and it must read these too. Twice the server pauses for 3 s: before an empty response, and in the middle of another.",
            causes: &[
                "a single read",
                "a loop that stops at a read that does not fill the buffer",
                "a time-out on the read that is taken for the end",
            ],
        },
        decide: client::reads_to_the_end,
    },
    Check {
        clause: Clause {
            id: "L1.4",
            tier: Tier::Core,
            points: 20,
            program: CLIENT,
            title: "The client prints the whole response, bytes unchanged, invalid UTF-8 included",
            lesson: "A response is bytes: an image or a text in an old encoding as well as UTF-8. A program that only passes them on must \
                     not interpret them.",
            hint: "Is there a step in your program that turns bytes into text and back?",
            method: "Sends text, every byte value, random bytes, and what begins and ends with blanks, cut at random places; compares what is printed. Of a program that is not \
                     the lab's crate, either standard stream will do.",
            causes: &[
                "the response goes to standard error, where messages belong",
                "a lossy conversion to text",
                "a log prefix or a newline that is added",
                "only the last buffer is printed",
            ],
        },
        decide: client::prints_every_byte,
    },
    Check {
        clause: Clause {
            id: "L1.5",
            tier: Tier::Core,
            points: 10,
            program: CLIENT,
            title: "The client exits with status 0 once the server has closed",
            lesson: "Scripts look at the exit status. A response that came to its end is a success, whatever it says.",
            hint: "What does your program do after the last read?",
            method: "Makes sure that the client waits, sends and ends three different responses, one of them empty, and looks at the exit status.",
            causes: &[
                "the client ends without having waited for a response",
                "the loop does not end at end of file",
                "an empty response is taken for an error",
            ],
        },
        decide: client::exits_with_success,
    },
    Check {
        clause: Clause {
            id: "L1.6",
            tier: Tier::Core,
            points: 10,
            program: CLIENT,
            title: "The client prints the 400 answer of a real HTTP server",
            lesson: "The server speaks a protocol that this client does not, yet both understand TCP. The answer 400 is how HTTP says so.",
            hint: "Does your client look for something in the response before it prints it?",
            method: "Lets an HTTP library answer what the client sent, and looks for the answer on the console.",
            causes: &[
                "the response is parsed instead of printed",
                "the client waits for something that is not in it",
            ],
        },
        decide: client::meets_a_real_server,
    },
    Check {
        clause: Clause {
            id: "L1.7",
            tier: Tier::Core,
            points: 15,
            program: CLIENT,
            title: "A refused connection is told with its address and another exit status than 0, without a panic or stack trace",
            lesson: "That nobody listens is the most ordinary of network errors. The user can only help it if the message says where the \
                     program tried to connect.",
            hint: "What does your program print when you start it with a port where nothing runs?",
            method: "Starts the client with a port on which nobody listens.",
            causes: &[
                "unwrap, or an exception that nobody catches",
                "the error is printed without the address",
                "exit status 0",
            ],
        },
        decide: client::tells_that_it_was_refused,
    },
    Check {
        clause: Clause {
            id: "L1.S1",
            tier: Tier::Stretch,
            points: 0,
            program: CLIENT,
            title: "After a reset in mid-response the client has printed what had arrived, says that the connection was lost, and fails",
            lesson: "A reset is not an end of file: the response is cut off, and a script must be able to tell. What came before it is \
                     still worth having.",
            hint: "Where do the bytes wait that you have read when the error comes? And is it told apart from the end?",
            method: "Sends part of a response, waits until it was read, resets the connection.",
            causes: &["everything is printed only at the end", "an error is treated as end of file"],
        },
        decide: client::tells_that_the_connection_was_lost,
    },
    Check {
        clause: Clause {
            id: "L1.S2",
            tier: Tier::Stretch,
            points: 0,
            program: CLIENT,
            title: "An unknown host name is told as such, with another exit status than 0",
            lesson: "Before there is a connection there is a name to look up, and that can fail on its own.",
            hint: "Which of your calls looks up the name, and what happens to its error?",
            method: "Starts the client with a name under .invalid, in a network without a resolver.",
            causes: &[
                "unwrap, or an exception that nobody catches",
                "an empty list of addresses is not an error to the program",
            ],
        },
        decide: client::tells_that_the_host_is_unknown,
    },
    Check {
        clause: Clause {
            id: "L1.S3",
            tier: Tier::Stretch,
            points: 0,
            program: CLIENT,
            title: "For a name with several addresses the client tries the next when the first refuses",
            lesson: "A name may have many addresses, of both families. That one of them refuses says nothing about the others.",
            hint: "How many addresses does the lookup give you, and how many do you try?",
            method: "Starts the client with localhost, with a server on only one of 127.0.0.1 and ::1, then on the other.",
            causes: &["only the first address is tried", "only one address family is looked up"],
        },
        decide: client::tries_each_address,
    },
    Check {
        clause: Clause {
            id: "L1.S4",
            tier: Tier::Stretch,
            points: 0,
            program: CLIENT,
            title: "A response of 256 MiB does not need 256 MiB of memory",
            lesson: "A stream can be passed on while it comes. Who collects it first needs as much memory as a stranger wishes.",
            hint: "What do you still need of a buffer once you have printed it?",
            method: "Sends 256 MiB, or as much as tells already, and reads the peak of the resident memory: at most 128 MiB, or a quarter of what was \
                     sent.",
            causes: &[
                "the response is collected before it is printed",
                "output is queued faster than it is written",
            ],
        },
        decide: client::needs_little_memory,
    },
];
