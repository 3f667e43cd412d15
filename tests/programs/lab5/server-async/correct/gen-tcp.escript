#!/usr/bin/env escript
%% correct: a process of Erlang's for each client; its virtual machine has one event loop on epoll, and a child on a Unix socket.

main(Arguments) ->
    Port = case Arguments of
        [Text | _] -> list_to_integer(Text);
        [] -> 9907
    end,
    {ok, Listener} = gen_tcp:listen(Port, [binary, {active, false}, {packet, raw}, {reuseaddr, true}, {backlog, 1024}]),
    accept(Listener).

accept(Listener) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            Pid = spawn(fun() -> receive go -> serve(Socket, <<>>) end end),
            ok = gen_tcp:controlling_process(Socket, Pid),
            Pid ! go;
        {error, _} ->
            %% Without a free descriptor accept fails at once, again and again: wait until there may be one. To tell about it would
            %% take one, to load a module.
            receive after 100 -> ok end
    end,
    accept(Listener).

serve(Socket, Buffer) ->
    case binary:split(Buffer, <<"\n">>) of
        [Line, Rest] ->
            Text = case byte_size(Line) > 0 andalso binary:last(Line) of
                $\r -> binary:part(Line, 0, byte_size(Line) - 1);
                _ -> Line
            end,
            Upper = string:uppercase(Text),
            case gen_tcp:send(Socket, [<<"> ">>, Upper, <<"\n">>]) of
                ok when Upper =:= <<"BYE">> -> gen_tcp:close(Socket);
                ok -> serve(Socket, Rest);
                {error, _} -> gen_tcp:close(Socket)
            end;
        [_] ->
            case gen_tcp:recv(Socket, 0) of
                {ok, Piece} -> serve(Socket, <<Buffer/binary, Piece/binary>>);
                {error, _} -> gen_tcp:close(Socket)
            end
    end.
