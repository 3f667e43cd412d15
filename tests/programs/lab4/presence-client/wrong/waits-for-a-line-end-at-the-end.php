<?php
// mistake: prints nothing before what has come ends with a line end, although whole lines stand before the half one.
// fails: L4.14

if ($argc !== 4) {
    fwrite(STDERR, "usage: presence-client HOST PORT NAME\n");
    exit(2);
}
[, $host, $port, $name] = $argv;
$server = @stream_socket_client("tcp://$host:$port", $code, $reason, 30);
if (!$server) {
    fwrite(STDERR, "cannot connect to $host:$port: $reason\n");
    exit(1);
}
stream_set_blocking($server, false);
stream_set_blocking(STDIN, false);
fwrite($server, "HELLO $name\n");

/** Takes the lines that are whole out of the buffer. */
function lines(string &$buffer): array
{
    $lines = explode("\n", $buffer);
    $buffer = array_pop($lines);
    return array_map(fn ($line) => rtrim($line, "\r"), $lines);
}

$heard = $typed = '';
$said_bye = false;
while (!feof($server)) {
    $read = $said_bye ? [$server] : [$server, STDIN];
    $write = $except = [];
    if (!stream_select($read, $write, $except, 1)) {
        continue;
    }
    if (in_array(STDIN, $read, true)) {
        $typed .= fread(STDIN, 8192);
        if (feof(STDIN)) {
            $typed .= $typed === '' ? "BYE\n" : "\nBYE\n";
        }
        foreach (lines($typed) as $line) {
            @fwrite($server, "$line\n");
            if (strcasecmp(trim($line), 'bye') === 0) {
                $said_bye = true;
                break;
            }
        }
    }
    if (in_array($server, $read, true)) {
        $heard .= fread($server, 8192);
        if (!str_ends_with($heard, "\n")) {
            continue;
        }
        foreach (lines($heard) as $line) {
            echo "$line\n";
        }
    }
}
if (!$said_bye) {
    fwrite(STDERR, "the server has gone\n");
    exit(1);
}
