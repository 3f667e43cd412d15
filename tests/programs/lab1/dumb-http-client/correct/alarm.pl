#!/usr/bin/perl
# correct: an alarm limits each wait, as is usual in Perl.

use strict;
use warnings;
use IO::Socket::IP;

my ($host, $port) = @ARGV;
$host //= 'www.heig-vd.ch';
$port //= 80;
my $patience = 30;

$SIG{ALRM} = sub { die "nothing came for $patience seconds\n" };

my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Type => SOCK_STREAM, Timeout => $patience)
    or die "cannot connect to $host:$port: $@\n";

sub copy {
    local $| = 1;
    binmode STDOUT;
    $socket->autoflush(1);
    print $socket "Hello, sorry, but I don't speak HTTP...\r\n\r\n" or die "connection lost: $!\n";
    while (1) {
        alarm $patience;
        my $length = sysread $socket, my $buffer, 65536;
        alarm 0;
        die "connection lost: $!\n" unless defined $length;
        return if $length == 0;
        print $buffer or die "cannot print: $!\n";
    }
}

eval { copy(); 1 } or do { print STDERR $@; exit 1 };
close $socket;
