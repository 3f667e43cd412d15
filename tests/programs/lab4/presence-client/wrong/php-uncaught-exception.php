<?php
// mistake: warnings are made exceptions, and nobody catches that of a refused connection.
// fails: L4.16

set_error_handler(fn ($kind, $message) => throw new ErrorException($message, 0, $kind));

[, $host, $port, $name] = $argv;
$server = stream_socket_client("tcp://$host:$port", $code, $reason, 30);
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
    stream_select($read, $write, $except, null);
    if (in_array(STDIN, $read, true)) {
        $typed .= fread(STDIN, 8192);
        if (feof(STDIN)) {
            $typed .= $typed === '' ? "BYE\n" : "\nBYE\n";
        }
        foreach (lines($typed) as $line) {
            fwrite($server, "$line\n");
            if (strcasecmp(trim($line), 'bye') === 0) {
                $said_bye = true;
                break;
            }
        }
    }
    if (in_array($server, $read, true)) {
        $heard .= fread($server, 8192);
        foreach (lines($heard) as $line) {
            echo "$line\n";
        }
    }
}
if (!$said_bye) {
    fwrite(STDERR, "the server has gone\n");
    exit(1);
}
