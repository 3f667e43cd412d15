// correct: async and await; a timer of one second watches the time.
using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

class Program
{
    const string Request = "Hello, sorry, but I don't speak HTTP...\r\n\r\n";
    static int seconds;

    static async Task Copy(NetworkStream stream)
    {
        byte[] words = Encoding.ASCII.GetBytes(Request);
        await stream.WriteAsync(words, 0, words.Length);
        byte[] buffer = new byte[8192];
        using (Stream console = Console.OpenStandardOutput())
        {
            int length;
            while ((length = await stream.ReadAsync(buffer, 0, buffer.Length)) > 0)
            {
                await console.WriteAsync(buffer, 0, length);
                await console.FlushAsync();
            }
        }
    }

    // The client that is made without an address knows IPv4 alone.
    static async Task<TcpClient> Connect(string host, int port)
    {
        SocketException last = null;
        foreach (IPAddress address in await Dns.GetHostAddressesAsync(host))
        {
            var client = new TcpClient(address.AddressFamily);
            try
            {
                await client.ConnectAsync(address, port);
                return client;
            }
            catch (SocketException e)
            {
                client.Close();
                last = e;
            }
        }
        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    static async Task<int> Run(string host, int port)
    {
        try
        {
            using (TcpClient client = await Connect(host, port))
            {
                await Copy(client.GetStream());
            }
            return 0;
        }
        catch (SocketException e)
        {
            string what = e.SocketErrorCode == SocketError.HostNotFound ? "unknown host " : "cannot connect to ";
            Console.Error.WriteLine(what + host + ":" + port + ": " + e.Message);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine("connection lost: " + e.Message);
        }
        return 1;
    }

    static int Main(string[] args)
    {
        string host = args.Length > 0 ? args[0] : "www.heig-vd.ch";
        int port = args.Length > 1 ? int.Parse(args[1]) : 80;
        using (new Timer(_ => Interlocked.Increment(ref seconds), null, 1000, 1000))
        {
            // One in a hundred of Mono's processes that have used its thread pool hangs when it ends with Main.
            Environment.Exit(Run(host, port).GetAwaiter().GetResult());
        }
        return 0;
    }
}
