#!/usr/bin/perl
# correct: serves in a child with a process group of its own; signals come through a pipe, which stands in each select.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $limit = 4 << 20;
my $child = fork // die "fork: $!\n";
if ($child) {
    $SIG{TERM} = $SIG{INT} = sub { kill TERM => $child };
    1 while waitpid($child, 0) < 0 && $!{EINTR};
    exit $? >> 8;
}
setpgrp 0, 0;

pipe my $told, my $tell or die "pipe: $!\n";
$SIG{TERM} = $SIG{HUP} = sub { syswrite $tell, 'x' };
$SIG{PIPE} = 'IGNORE';

# Waits until there is something to read or to accept, or a signal has come.
sub wait_for {
    my ($socket, $seconds) = @_;
    my @ready = IO::Select->new($socket, $told)->can_read($seconds);
    exit 0 if grep { $_ == $told } @ready;
    return scalar @ready;
}

sub serve {
    my $client = shift;
    syswrite $client, "HELLO\n";
    my $line = '';
    until ($line =~ s/\r?\n.*//s) {
        wait_for($client);
        return unless sysread $client, $line, 65536, length $line;
        return syswrite $client, "ERROR: line too long\n" if length $line > $limit;
    }
    utf8::decode($line);
    my $answer = uc $line;
    utf8::encode($answer) if utf8::is_utf8($answer);
    $client->autoflush(1);
    print $client "$answer\n" or warn "client lost: $!\n";
}

# Closing with unread bytes would reset the connection, which could destroy the answer.
sub hang_up {
    my $client = shift;
    shutdown $client, 1;
    for (1 .. 5) {
        last unless wait_for($client, 0.1) && sysread $client, my $rest, 1 << 20;
    }
    close $client;
}

my $server = IO::Socket::INET->new(LocalPort => $ARGV[0] // 3232, Listen => 5, ReuseAddr => 1, Proto => 'tcp')
    or die "cannot listen: $@\n";
while (1) {
    wait_for($server);
    my $client = $server->accept or next;
    serve($client);
    hang_up($client);
}
