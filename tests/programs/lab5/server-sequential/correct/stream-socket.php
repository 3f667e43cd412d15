<?php
// correct: a blocking stream, read line by line.

function serve($client): void
{
    while (($line = fgets($client)) !== false) {
        if (!str_ends_with($line, "\n")) {
            return;
        }
        $text = preg_replace('/\r?\n\z/', '', $line);
        for ($answer = '> ' . strtoupper($text) . "\n"; $answer !== ''; $answer = substr($answer, $count)) {
            $count = @fwrite($client, $answer);
            if (!$count) {
                return;
            }
        }
        if (strcasecmp($text, 'bye') === 0) {
            return;
        }
    }
}

$context = stream_context_create(['socket' => ['backlog' => 128, 'so_reuseaddr' => true]]);
$flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
$listener = stream_socket_server('tcp://0.0.0.0:' . ($argv[1] ?? 2424), $number, $error, $flags, $context);
while (true) {
    $client = @stream_socket_accept($listener, -1);
    if ($client === false) {
        continue;
    }
    // A line may have any length, and a client any time.
    stream_set_timeout($client, 365 * 86400);
    serve($client);
    fclose($client);
}
