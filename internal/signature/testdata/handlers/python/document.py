"""Serves the handler that a Markdown document has for Python on a free port, and says on which."""
import http.server
import re
import sys

with open(sys.argv[1], encoding="utf-8") as document:
    (block,) = re.findall(r"^```python run\n(.*?)^```$", document.read(), re.DOTALL | re.MULTILINE)


class Server(http.server.HTTPServer):
    def __init__(self, address, handler):
        super().__init__(("127.0.0.1", 0), handler)
        print(self.server_port, flush=True)


http.server.HTTPServer = Server
exec(compile(block, sys.argv[1], "exec"), {"__name__": "__main__"})
