#!/usr/bin/env escript
%% correct: takes one message of the socket at a time; beside it there is a timer of a second.

-mode(compile).

main(Arguments) ->
    {Host, Port} = case Arguments of
        [H, P | _] -> {H, list_to_integer(P)};
        [H] -> {H, 80};
        [] -> {"www.heig-vd.ch", 80}
    end,
    {ok, _} = timer:send_interval(1000, tick),
    ok = io:setopts(standard_io, [binary, {encoding, latin1}]),
    case connect(Host, Port, [inet, inet6], {error, nxdomain}) of
        {ok, Socket} ->
            ok = gen_tcp:send(Socket, <<"Hello, sorry, but I don't speak HTTP...\r\n\r\n">>),
            copy(Socket);
        {error, nxdomain} ->
            fail("unknown host ~s", [Host]);
        {error, Reason} ->
            fail("cannot connect to ~s:~b: ~s", [Host, Port, inet:format_error(Reason)])
    end.

%% Each family is asked for by itself.
connect(_, _, [], Error) ->
    Error;
connect(Host, Port, [Family | Others], Error) ->
    case inet:getaddrs(Host, Family) of
        {ok, Addresses} -> try_each(Addresses, Host, Port, Family, Others, Error);
        {error, _} -> connect(Host, Port, Others, Error)
    end.

try_each([], Host, Port, _, Others, Error) ->
    connect(Host, Port, Others, Error);
try_each([Address | More], Host, Port, Family, Others, _) ->
    Options = [Family, binary, {active, false}, {show_econnreset, true}],
    case gen_tcp:connect(Address, Port, Options, 30000) of
        {ok, Socket} -> {ok, Socket};
        {error, Reason} -> try_each(More, Host, Port, Family, Others, {error, Reason})
    end.

copy(Socket) ->
    ok = inet:setopts(Socket, [{active, once}]),
    wait(Socket).

wait(Socket) ->
    receive
        {tcp, Socket, Data} ->
            ok = file:write(standard_io, Data),
            copy(Socket);
        {tcp_closed, Socket} ->
            ok;
        {tcp_error, Socket, Reason} ->
            fail("connection lost: ~s", [inet:format_error(Reason)]);
        tick ->
            wait(Socket)
    end.

fail(Format, Values) ->
    io:format(standard_error, Format ++ "~n", Values),
    halt(1).
