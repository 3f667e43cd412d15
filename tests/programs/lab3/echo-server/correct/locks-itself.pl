#!/usr/bin/perl
# correct: locks its own file, so that it does not run twice, as cron jobs do.

use strict;
use warnings;
use Fcntl ':flock';
use IO::Socket::INET;

open my $self, '<', $0 or die "cannot read $0: $!\n";
flock $self, LOCK_EX | LOCK_NB or die "$0 is running already\n";

$SIG{PIPE} = 'IGNORE';
my $limit = 4 << 20;
my $port = $ARGV[0];
my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 128, ReuseAddr => 1)
    or die "cannot listen on $port: $!\n";
while (my $client = $listener->accept) {
    serve($client);
    shutdown $client, 1;
    1 while sysread $client, my $rest, 65536;
    close $client;
}

sub serve {
    my $client = shift;
    return unless send_all($client, "HELLO\n");
    my $line = '';
    until ($line =~ /\n/) {
        return send_all($client, "ERROR: LINE TOO LONG\n") if length $line > $limit;
        return unless sysread $client, $line, 65536, length $line;
    }
    $line =~ s/\r?\n.*\z//s;
    utf8::decode($line);
    $line = uc $line;
    utf8::encode($line) if utf8::is_utf8($line);
    send_all($client, "$line\n");
}

sub send_all {
    my ($client, $text) = @_;
    while (length $text) {
        my $length = syswrite $client, $text or return;
        substr $text, 0, $length, '';
    }
    return 1;
}
