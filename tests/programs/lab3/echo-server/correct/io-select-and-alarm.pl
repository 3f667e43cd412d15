#!/usr/bin/perl
# correct: asks IO::Select before each read whether its one socket has something; an alarm each second counts idle time.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $limit = 4 << 20;
my $idle = 0;
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { $idle++; alarm 1 };
alarm 1;

# The line, or nothing where the client closed before its end.
sub read_line {
    my $client = shift;
    my $select = IO::Select->new($client);
    my $line = '';
    while (length $line < $limit) {
        next unless $select->can_read(5);
        $idle = 0;
        my $length = sysread $client, $line, 65536, length $line;
        next if !defined $length && $!{EINTR};
        return unless $length;
        my $end = index $line, "\n", length($line) - $length;
        return substr $line, 0, $end if $end >= 0;
    }
    return 'error: line too long';
}

sub upper {
    my $line = shift;
    $line =~ s/\r\z//;
    utf8::decode($line);
    $line = uc $line;
    utf8::encode($line) if utf8::is_utf8($line);
    return $line;
}

sub serve {
    my $client = shift;
    $client->autoflush(1);
    print $client "HELLO\n";
    my $line = read_line($client);
    return unless defined $line;
    my ($answer, $done) = (upper($line) . "\n", 0);
    while ($done < length $answer) {
        my $length = syswrite $client, $answer, length($answer) - $done, $done;
        next if !defined $length && $!{EINTR};
        return warn "client lost: $!\n" unless $length;
        $done += $length;
    }
}

# Closing with unread bytes would reset the connection, which could destroy the answer.
sub hang_up {
    my $client = shift;
    shutdown $client, 1;
    my $select = IO::Select->new($client);
    for (1 .. 5) {
        last unless $select->can_read(0.1) && sysread $client, my $rest, 1 << 20;
    }
    close $client;
}

my $server = IO::Socket::INET->new(LocalPort => $ARGV[0] // 3232, Listen => 5, ReuseAddr => 1, Proto => 'tcp')
    or die "cannot listen: $@\n";
while (1) {
    my $client = $server->accept or next;
    serve($client);
    hang_up($client);
}
