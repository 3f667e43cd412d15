# correct: IO::Poll over all sockets, with a time-out of 1 s; a line buffer and unsent answers for each client.

use strict;
use warnings;
use IO::Poll qw(POLLIN POLLOUT POLLERR POLLHUP);
use IO::Socket::INET;
use Socket qw(SOMAXCONN);

$SIG{PIPE} = 'IGNORE';
my $listener = IO::Socket::INET->new(
    LocalAddr => '0.0.0.0', LocalPort => $ARGV[0] // 2525, Proto => 'tcp', Listen => 1024, ReuseAddr => 1, Blocking => 0,
) or die "listen: $@";
my $poll = IO::Poll->new;
$poll->mask($listener => POLLIN);
my %clients;

sub leave {
    my ($client) = @_;
    $poll->remove($client->{socket});
    delete $clients{fileno $client->{socket}};
    close $client->{socket};
    # A descriptor is free again.
    $poll->mask($listener => POLLIN);
}

sub accept_all {
    while (my $socket = $listener->accept) {
        $socket->blocking(0);
        $clients{fileno $socket} = { socket => $socket, line => '', unsent => '', leaving => 0 };
        $poll->mask($socket => POLLIN);
    }
    return if $!{EAGAIN} || $!{EINTR} || $!{ECONNABORTED};
    # Without a free descriptor poll would return at once, again and again: wait until a client leaves.
    warn "accept: $!\n";
    if (%clients) { $poll->remove($listener) } else { select(undef, undef, undef, 0.1) }
}

sub take_lines {
    my ($client) = @_;
    while (!$client->{leaving} && $client->{line} =~ s/\A([^\n]*)\n//) {
        my $text = $1 =~ s/\r\z//r;
        $client->{unsent} .= '> ' . uc($text) . "\n";
        $client->{leaving} = lc($text) eq 'bye';
    }
}

# One read and one write at the most; whether the client stays.
sub turn {
    my ($client) = @_;
    if ($client->{unsent} eq '') {
        my $count = sysread $client->{socket}, $client->{line}, 4096, length $client->{line};
        return $!{EAGAIN} || $!{EINTR} if !defined $count;
        return 0 if $count == 0;
        take_lines($client);
    }
    if ($client->{unsent} ne '') {
        my $count = syswrite $client->{socket}, $client->{unsent};
        return $!{EAGAIN} || $!{EINTR} if !defined $count;
        substr $client->{unsent}, 0, $count, '';
    }
    return !$client->{leaving} || $client->{unsent} ne '';
}

while (1) {
    next if $poll->poll(1) <= 0;
    for my $socket ($poll->handles(POLLIN | POLLOUT | POLLERR | POLLHUP)) {
        if ($socket == $listener) {
            accept_all();
            next;
        }
        my $client = $clients{fileno $socket};
        if (turn($client)) {
            $poll->mask($socket => $client->{unsent} eq '' ? POLLIN : POLLOUT);
        } else {
            leave($client);
        }
    }
}
