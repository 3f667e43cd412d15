#!/usr/bin/perl
# correct: an alarm ends the accept that waits for one client more.

use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(LocalPort => $ARGV[0] // 2367, Listen => 4, ReuseAddr => 1, Proto => 'tcp')
    or die "cannot listen: $@\n";
<STDIN>;
my @clients;
eval {
    local $SIG{ALRM} = sub { die "nobody\n" };
    while (1) {
        alarm 1;
        my $client = $server->accept or last;
        alarm 0;
        push @clients, $client;
    }
};
printf "accepted %d clients\n", scalar @clients;
