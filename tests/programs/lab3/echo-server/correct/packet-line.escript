#!/usr/bin/env escript
%% correct: lets the emulator cut lines with {packet, line}; long ones come in parts.

-mode(compile).
-define(LIMIT, 4 bsl 20).

main(Arguments) ->
    Port = case Arguments of [Text | _] -> list_to_integer(Text); [] -> 3232 end,
    Options = [binary, {packet, line}, {buffer, 65536}, {active, false}, {reuseaddr, true}],
    {ok, Listener} = gen_tcp:listen(Port, Options),
    accept(Listener).

accept(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    ok = inet:setopts(Socket, [{active, once}]),
    gen_tcp:send(Socket, "HELLO\n"),
    case line(Socket, [], 0) of
        {ok, Line} -> gen_tcp:send(Socket, [upper(Line), $\n]);
        too_long -> gen_tcp:send(Socket, "ERROR: line too long\n");
        closed -> ok
    end,
    hang_up(Socket),
    accept(Listener).

line(_, _, Length) when Length > ?LIMIT ->
    too_long;
line(Socket, Parts, Length) ->
    receive
        {tcp, Socket, Part} ->
            case binary:last(Part) of
                $\n ->
                    {ok, string:chomp(iolist_to_binary(lists:reverse([Part | Parts])))};
                _ ->
                    inet:setopts(Socket, [{active, once}]),
                    line(Socket, [Part | Parts], Length + byte_size(Part))
            end;
        {tcp_closed, Socket} ->
            closed;
        {tcp_error, Socket, _} ->
            closed
    end.

upper(Line) ->
    case unicode:characters_to_binary(Line) of
        Line -> string:uppercase(Line);
        _ -> << <<(case C of _ when C >= $a, C =< $z -> C - 32; _ -> C end)>> || <<C>> <= Line >>
    end.

%% Closing with unread bytes would reset the connection, which could destroy the answer.
hang_up(Socket) ->
    gen_tcp:shutdown(Socket, write),
    inet:setopts(Socket, [{packet, raw}, {active, false}]),
    drain(Socket, 20),
    gen_tcp:close(Socket),
    flush(Socket).

drain(_, 0) -> ok;
drain(Socket, Left) ->
    case gen_tcp:recv(Socket, 0, 100) of
        {ok, _} -> drain(Socket, Left - 1);
        {error, _} -> ok
    end.

flush(Socket) ->
    receive
        {_, Socket} -> flush(Socket);
        {_, Socket, _} -> flush(Socket)
    after 0 -> ok
    end.
