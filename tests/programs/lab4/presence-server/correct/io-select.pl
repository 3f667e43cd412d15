#!/usr/bin/perl
# correct: one loop around IO::Select; an alarm each second drops who does not close after goodbye.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($line_limit, $out_limit) = (64 << 10, 8 << 20);
my $anonymous = 'An anonymous user';
my $welcome = 'Welcome! The commands are HELLO, SAY, WHO, BYE and KILL.';
my $what = 'What? I only understand HELLO, SAY, WHO, BYE and KILL commands';

$SIG{PIPE} = 'IGNORE';
my $beats = 0;
$SIG{ALRM} = sub { $beats++; alarm 1 };
alarm 1;

my $server = IO::Socket::INET->new(LocalPort => $ARGV[0] // 9907, Listen => 1024, ReuseAddr => 1, Proto => 'tcp')
    or die "cannot listen: $@\n";
$server->blocking(0);
my ($readers, $writers) = (IO::Select->new($server), IO::Select->new);
my (%clients, @room, $killed);

sub put_line {
    my ($client, $line) = @_;
    return if $client->{shut};
    $client->{out} .= "$line\n";
    $client->{lost} = 1 if length $client->{out} > $out_limit;
    $writers->add($client->{socket});
}

sub tell_all {
    my $line = shift;
    put_line($_, $line) for @room;
}

sub leave {
    my $client = shift;
    return unless grep { $_ == $client } @room;
    @room = grep { $_ != $client } @room;
    $client->{ending} = $beats;
    $writers->add($client->{socket});
    tell_all("$client->{name} has left the room.");
}

sub obey {
    my ($client, $line) = @_;
    my ($command, $rest) = split / /, $line, 2;
    $command = uc($command // '');
    $rest //= '';
    if ($command eq 'HELLO') {
        ($client->{name}) = $rest =~ /(\S+)/ ? $1 : $anonymous;
        tell_all("$client->{name} is in the room.");
    } elsif ($command eq 'SAY') {
        tell_all("$client->{name} says: " . ($rest eq '' ? 'nothing...' : $rest));
    } elsif ($command eq 'WHO') {
        put_line($client, join "\n", 'Currently connected users:', (map { " - $_->{name}" } @room), '');
    } elsif ($command eq 'BYE') {
        tell_all("$client->{name} is about to leave the room.");
        leave($client);
    } elsif ($command eq 'KILL') {
        put_line($client, 'KILL command received. Bringing server down...');
        $killed = $client;
        leave($client);
    } else {
        put_line($client, $what);
    }
}

# Bytes in, bytes out: the controls of ASCII, and those of Latin 1 as UTF-8 has them and as they are where it is no UTF-8.
sub clean {
    my $line = shift;
    $line =~ s/\r\z//;
    if (utf8::decode(my $copy = $line)) {
        $copy =~ s/[\x00-\x1f\x7f-\x9f]/ /g;
        utf8::encode($copy);
        return $copy;
    }
    $line =~ s/[^\x20-\x7e]/?/g;
    return $line;
}

sub receive {
    my $client = shift;
    my $length = sysread $client->{socket}, my $piece, 65536;
    return if !defined $length && ($!{EAGAIN} || $!{EINTR});
    if (defined $client->{ending}) {
        $client->{lost} = 1 unless $length;
        return;
    }
    if (!$length) {
        $client->{lost} = !defined $length;
        $readers->remove($client->{socket});
        return leave($client);
    }
    $client->{in} .= $piece;
    while (!defined $client->{ending} && $client->{in} =~ s/\A([^\n]*)\n//) {
        obey($client, clean($1));
    }
    if (length $client->{in} > $line_limit && !defined $client->{ending}) {
        put_line($client, 'That line is too long.');
        leave($client);
    }
}

sub flush_out {
    my $client = shift;
    while (length $client->{out}) {
        my $length = syswrite $client->{socket}, $client->{out}, 262144;
        if (!defined $length) {
            $client->{lost} = 1 unless $!{EAGAIN} || $!{EINTR};
            return;
        }
        substr $client->{out}, 0, $length, '';
    }
    $writers->remove($client->{socket});
    if (defined $client->{ending} && !$client->{shut}) {
        $client->{shut} = 1;
        shutdown $client->{socket}, 1 or $client->{lost} = 1;
        # Who has closed already is not read any more.
        $client->{lost} = 1 unless $readers->exists($client->{socket});
    }
}

sub drop {
    my $client = shift;
    $readers->remove($client->{socket});
    leave($client);
    $writers->remove($client->{socket});
    delete $clients{fileno $client->{socket}};
    close $client->{socket};
    exit 0 if $killed && $killed == $client;
}

sub accept_all {
    while (my $socket = $server->accept) {
        $socket->blocking(0);
        my $client = {socket => $socket, name => $anonymous, in => '', out => ''};
        tell_all('Someone has arrived...');
        put_line($client, $welcome);
        push @room, $client;
        $clients{fileno $socket} = $client;
        $readers->add($socket);
    }
    select undef, undef, undef, 0.1 if $!{EMFILE} || $!{ENFILE};
}

while (1) {
    my ($readable, $writable) = IO::Select->select($readers, $writers);
    for my $socket (@{$readable // []}) {
        if ($socket == $server) {
            accept_all();
        } elsif (my $client = $clients{fileno($socket) // -1}) {
            receive($client);
        }
    }
    # Whoever is told something is told now, not when select comes round again.
    flush_out($_) for grep { $_ && !$_->{lost} } map { $clients{fileno $_} } $writers->handles;
    for my $client (values %clients) {
        my $late = defined $client->{ending} && $beats > $client->{ending} + 1;
        drop($client) if $client->{lost} || $late;
    }
}
