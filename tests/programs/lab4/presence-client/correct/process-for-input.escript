#!/usr/bin/env escript
%% correct: a process that waits for standard input, and one that waits for the server's lines and for that.

-mode(compile).

main([Host, Port, Name]) ->
    Options = [binary, {packet, line}, {buffer, 1 bsl 20}, {active, once}],
    case gen_tcp:connect(Host, list_to_integer(Port), Options, 30000) of
        {ok, Server} ->
            ok = io:setopts(standard_io, [binary, {encoding, latin1}]),
            ok = gen_tcp:send(Server, ["HELLO ", unicode:characters_to_binary(Name), $\n]),
            Printer = self(),
            spawn_link(fun() -> input(Printer) end),
            talk(Server, false);
        {error, Reason} ->
            fail("cannot connect to ~s:~s: ~s", [Host, Port, inet:format_error(Reason)])
    end;
main(_) ->
    io:format(standard_error, "usage: presence-client HOST PORT NAME~n", []),
    halt(2).

input(Printer) ->
    case io:get_line("") of
        Line when is_binary(Line) ->
            Text = string:trim(Line, trailing, "\r\n"),
            Printer ! {typed, Text},
            is_bye(Text) orelse input(Printer);
        _ ->
            Printer ! {typed, <<"BYE">>}
    end.

is_bye(Line) ->
    string:uppercase(string:trim(Line)) =:= <<"BYE">>.

talk(Server, SaidBye) ->
    receive
        {typed, _} when SaidBye ->
            talk(Server, SaidBye);
        {typed, Line} ->
            gen_tcp:send(Server, [Line, $\n]),
            talk(Server, is_bye(Line));
        {tcp, Server, Line} ->
            ok = file:write(standard_io, [string:trim(Line, trailing, "\r\n"), $\n]),
            ok = inet:setopts(Server, [{active, once}]),
            talk(Server, SaidBye);
        {tcp_closed, Server} ->
            SaidBye orelse fail("the server closed the connection", []);
        {tcp_error, Server, Reason} ->
            SaidBye orelse fail("connection lost: ~s", [inet:format_error(Reason)])
    end.

fail(Format, Values) ->
    io:format(standard_error, Format ++ "~n", Values),
    halt(1).
