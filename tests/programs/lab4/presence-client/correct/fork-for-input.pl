#!/usr/bin/perl
# correct: a child of its own sends what is typed; the parent prints, and tells the child's BYE by its exit status.

use strict;
use warnings;
use IO::Socket::INET;

die "usage: presence-client HOST PORT NAME\n" unless @ARGV == 3;
my ($host, $port, $name) = @ARGV;
my $server = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Proto => 'tcp', Timeout => 30)
    or die "cannot connect to $host:$port: $@\n";
$server->autoflush(1);
$SIG{PIPE} = 'IGNORE';
print $server "HELLO $name\n";

my $child = fork // die "fork: $!\n";
if (!$child) {
    while (defined(my $line = <STDIN>)) {
        chomp $line;
        my $is_bye = $line =~ /\A\s*bye\s*\z/i;
        # The parent may see the end before this child has come to its own.
        $SIG{TERM} = 'IGNORE' if $is_bye;
        print $server "$line\n" or exit 1;
        exit 0 if $is_bye;
    }
    $SIG{TERM} = 'IGNORE';
    print $server "BYE\n" or exit 1;
    exit 0;
}

local $| = 1;
while (defined(my $line = <$server>)) {
    $line =~ s/\r?\n\z//;
    print "$line\n";
}
my $reason = $!;
kill TERM => $child;
waitpid $child, 0;
# By TERM it ends when it was still waiting for what is typed.
exit 0 if $? == 0;
print STDERR "the server has gone: ", $reason || 'it closed the connection', "\n";
exit 1;
