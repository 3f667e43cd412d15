# correct: sysread into a string, and regular expressions or unpack to take messages out of it.

use strict;
use warnings;
use IO::Handle;
use IO::Socket::INET;

my $LIMIT = 16 * 1024 * 1024;
my ($host, $port, $framing) = @ARGV;
$host //= 'localhost';
$port //= 6006;
my $with_length = ($framing // 'lines') eq 'length';

my $server = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Proto => 'tcp');
if (!$server) {
    print STDERR "cannot connect to $host port $port: $@\n";
    exit 1;
}
binmode STDOUT;
STDOUT->autoflush(1);

my $rest = '';
my $searched = 0;
while (1) {
    my $count = sysread $server, $rest, 65536, length $rest;
    if (!defined $count) {
        print STDERR "connection lost: $!\n";
        exit 1;
    }
    last if $count == 0;
    if ($with_length) {
        while (length $rest >= 4) {
            my $length = unpack 'N', $rest;
            if ($length > $LIMIT) {
                print STDERR "a message of $length bytes is too long\n";
                exit 1;
            }
            last if length($rest) - 4 < $length;
            print substr($rest, 4, $length) . "\n";
            substr $rest, 0, 4 + $length, '';
        }
    } else {
        my $end;
        while (($end = index $rest, "\n", $searched) >= 0) {
            my $line = substr $rest, 0, $end + 1, '';
            $line =~ s/\r?\n\z//;
            print "$line\n";
            $searched = 0;
        }
        $searched = length $rest;
        if ($searched > $LIMIT + 1) {
            print STDERR "a line is too long\n";
            exit 1;
        }
    }
}
if (length $rest) {
    print STDERR "the server closed in the middle of a message\n";
    exit 1;
}
