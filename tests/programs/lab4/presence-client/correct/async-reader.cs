// correct: two tasks with await, of which the first to end decides.
using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

class Program
{
    static volatile bool saidBye;

    static async Task SendInput(TextReader input, StreamWriter server)
    {
        while (!saidBye)
        {
            string line = await Task.Run(() => input.ReadLine()) ?? "BYE";
            saidBye = line.Trim().ToUpperInvariant() == "BYE";
            await server.WriteLineAsync(line);
        }
    }

    static async Task<int> Talk(TcpClient client, string name)
    {
        var encoding = new UTF8Encoding(false);
        var reader = new StreamReader(client.GetStream(), encoding);
        var writer = new StreamWriter(client.GetStream(), encoding) { AutoFlush = true, NewLine = "\n" };
        var console = new StreamWriter(Console.OpenStandardOutput(), encoding) { AutoFlush = true, NewLine = "\n" };
        string end = "the server closed the connection";
        try
        {
            await writer.WriteLineAsync("HELLO " + name);
            Task sending = SendInput(Console.In, writer);
            string line;
            while ((line = await reader.ReadLineAsync()) != null)
            {
                await console.WriteLineAsync(line);
            }
        }
        catch (IOException e)
        {
            end = "connection lost: " + e.Message;
        }
        if (saidBye)
        {
            return 0;
        }
        Console.Error.WriteLine(end);
        return 1;
    }

    static int Main(string[] args)
    {
        if (args.Length != 3)
        {
            Console.Error.WriteLine("usage: presence-client HOST PORT NAME");
            return 2;
        }
        try
        {
            using (var client = new TcpClient(args[0], int.Parse(args[1])))
            {
                Environment.Exit(Talk(client, args[2]).GetAwaiter().GetResult());
            }
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine("cannot connect to " + args[0] + ":" + args[1] + ": " + e.Message);
        }
        return 1;
    }
}
