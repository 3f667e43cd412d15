#!/usr/bin/perl
# correct: an alarm ends the whole conversation; what is less than a second is left to the time-out of a select.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($host, $port, $timeout_ms) = (@ARGV, ('localhost', 3232, 10000)[@ARGV .. 2]);
my $heard = '';

$SIG{ALRM} = sub { die "gave up after $timeout_ms ms\n" };
$SIG{PIPE} = 'IGNORE';

sub expect {
    my ($socket, $wanted) = @_;
    my $end;
    until (($end = index $heard, "\n") >= 0) {
        my $length = sysread $socket, $heard, 4096, length $heard;
        die "connection lost: $!\n" unless defined $length;
        die "expected '$wanted' and a line end, got '$heard' and the end\n" if $length == 0 || length $heard > 1000;
    }
    my $line = substr $heard, 0, $end + 1, '';
    $line =~ s/\r?\n\z//;
    die "expected '$wanted', got '$line'\n" if $line ne $wanted;
}

sub talk {
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Proto => 'tcp')
        or die "cannot connect to $host:$port: $@\n";
    my $rest = $timeout_ms % 1000 / 1000;
    IO::Select->new($socket)->can_read($rest) if $rest;
    alarm(int($timeout_ms / 1000) || 1);
    expect($socket, 'HELLO');
    syswrite $socket, "ThIS is a TeSt\n" or die "connection lost: $!\n";
    expect($socket, 'THIS IS A TEST');
    alarm 0;
}

eval { talk(); 1 } or do { print STDERR $@; exit 1 };
print "the server answered THIS IS A TEST, as it should\n";
