// mistake: nobody catches the SocketException of a refused connection; its text is made into one that names the address.
// fails: L1.7
using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;

class Program
{
    static TcpClient Connect(string host, int port)
    {
        SocketException last = null;
        foreach (IPAddress address in Dns.GetHostAddresses(host))
        {
            var client = new TcpClient(address.AddressFamily);
            try
            {
                client.Connect(address, port);
                return client;
            }
            catch (SocketException e)
            {
                client.Close();
                last = e;
            }
        }
        throw new ApplicationException("cannot connect to " + host + ":" + port, last);
    }

    static int Main(string[] args)
    {
        try
        {
            using (TcpClient client = Connect(args[0], int.Parse(args[1])))
            using (Stream console = Console.OpenStandardOutput())
            {
                byte[] words = Encoding.ASCII.GetBytes("Hello, sorry, but I don't speak HTTP...\r\n\r\n");
                client.GetStream().Write(words, 0, words.Length);
                client.GetStream().CopyTo(console);
            }
            return 0;
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine("unknown host " + args[0] + ": " + e.Message);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine("connection lost: " + e.Message);
        }
        return 1;
    }
}
