#!/usr/bin/perl
# mistake: a refused connection ends in Carp's confess, with all calls and their arguments.
# fails: L1.7

use strict;
use warnings;
use Carp;
use IO::Socket::IP;

sub open_connection {
    my ($host, $port) = @_;
    my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Type => SOCK_STREAM);
    return $socket if $socket;
    die "unknown host $host: $@\n" unless $!{ECONNREFUSED};
    confess "cannot connect to $host:$port: $@";
}

sub copy {
    my $socket = open_connection(@_);
    local $| = 1;
    binmode STDOUT;
    $socket->autoflush(1);
    print $socket "Hello, sorry, but I don't speak HTTP...\r\n\r\n" or die "connection lost: $!\n";
    while (1) {
        my $length = sysread $socket, my $buffer, 65536;
        die "connection lost: $!\n" unless defined $length;
        return if $length == 0;
        print $buffer or die "cannot print: $!\n";
    }
}

copy(@ARGV);
