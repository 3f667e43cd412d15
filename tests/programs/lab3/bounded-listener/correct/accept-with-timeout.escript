#!/usr/bin/env escript
%% correct: takes 100 ms without a client for nobody waits any more.

-mode(compile).

main(Arguments) ->
    Port = case Arguments of [Text | _] -> list_to_integer(Text); [] -> 2367 end,
    {ok, Listener} = gen_tcp:listen(Port, [{backlog, 4}, {reuseaddr, true}, {active, false}]),
    io:get_line(""),
    io:format("accepted ~b clients~n", [accept(Listener, 0)]).

accept(Listener, Count) ->
    case gen_tcp:accept(Listener, 100) of
        {ok, _} -> accept(Listener, Count + 1);
        {error, timeout} -> Count
    end.
