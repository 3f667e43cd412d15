# correct: pauses in a select of no descriptor, as is usual in Perl, and limits a write with alarm.

use strict;
use warnings;
use IO::Socket::INET;
use POSIX qw(strftime);
use Time::HiRes qw(time clock_gettime CLOCK_MONOTONIC);

my $WRITE_LIMIT = 2;
my ($port, $pause_ms, $iterations) = map { $ARGV[$_] // (2205, 1000, 15)[$_] } 0 .. 2;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { die "it does not read\n" };

sub send_line {
    my ($client, $text) = @_;
    alarm $WRITE_LIMIT;
    while (length $text) {
        my $taken = syswrite $client, $text;
        defined $taken or die "$!\n";
        substr $text, 0, $taken, '';
    }
    alarm 0;
}

# Closing with unread bytes would reset the connection, which could destroy the last lines.
sub hang_up {
    my ($client) = @_;
    shutdown $client, 1;
    my $end = clock_gettime(CLOCK_MONOTONIC) + 0.5;
    while (clock_gettime(CLOCK_MONOTONIC) < $end) {
        my $sockets = '';
        vec($sockets, fileno $client, 1) = 1;
        last if select($sockets, undef, undef, 0.1) <= 0;
        last unless sysread $client, my $rest, 65536;
    }
}

sub serve {
    my ($client) = @_;
    my $start = clock_gettime(CLOCK_MONOTONIC);
    my $time = 0;
    for my $line (0 .. $iterations - 1) {
        my $left = $start + $line * $pause_ms / 1000 - clock_gettime(CLOCK_MONOTONIC);
        select undef, undef, undef, $left if $left > 0;
        $time = time > $time ? time : $time;
        send_line($client, strftime("{'time' : '%Y-%m-%dT%H:%M:%SZ'}\n", gmtime $time));
    }
    hang_up($client);
}

my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1) or die "$@\n";
while (1) {
    my $client = $listener->accept or next;
    eval { serve($client); 1 } or print STDERR "client lost: $@";
    alarm 0;
    close $client;
}
