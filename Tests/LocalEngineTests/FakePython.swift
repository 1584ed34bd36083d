import Foundation
import TestFolders

@testable import LocalEngine

/// A folder of its own for a test, and in it programs that stand in for Python.
struct Scratch {
  let folder: String

  init() throws {
    folder = temporaryPath("engine")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Writes a file that can be run.
  @discardableResult func program(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try write(name, "#!/bin/sh\n" + text)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  /// Writes a file, with the folders above it.
  func write(_ name: String, _ text: String) throws {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  /// What a file holds.
  func text(_ name: String) -> String? { try? String(contentsOfFile: folder + "/" + name, encoding: .utf8) }

  /// An engine in this folder that is built on a fake Python.
  /// - Parameter pip: what `pip install` does, in shell.
  func engine(version: String = "3.12.1", pip: String = "echo Collecting mlx==0.32.4; echo Successfully installed mlx")
    throws -> LocalEngine
  {
    let python = try program(
      "python",
      """
      here="\(folder)"
      while :; do
        case "$1" in -I | -u) shift ;; -X) shift 2 ;; *) break ;; esac
      done
      case "$1 $2" in
        "-c import sys; print"*) echo "\(version) True" ;;
        "-c import sys, pip"*) echo "\(version)" ;;
        "-m venv") echo venv >> "$here/calls"; mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
        "-m pip") echo pip >> "$here/calls"; \(pip) ;;
        *"__main__.py self-test"*)
          echo '{"python": "\(version)", "platform": "test", "framework": "0.32.4", "library": "0.32.2", "device": "cpu",' \
            '"blas": "reference", "gflops": 3.5, "cores": 2}' ;;
        *"__main__.py serve"*) shift; exec python3 "$here/fake_serve.py" "$@" ;;
        *) echo "unexpected: $*"; exit 64 ;;
      esac
      """)
    var engine = LocalEngine(layout: EngineLayout(home: folder + "/home"))
    engine.finder.candidates = [python]
    return engine
  }

  /// A folder that looks like a model.
  func model(_ name: String = "model") throws -> String {
    try write(name + "/config.json", "{}")
    try write(name + "/model.safetensors", "weights")
    return folder + "/" + name
  }

  /// Makes the fake engine's server: it follows the protocol of the package's server with the standard library alone.
  /// - Parameter beforeReady: Python that runs before the state file is written.
  func fakeServer(beforeReady: String = "pass") throws {
    try write("fake_serve.py", Self.server.replacingOccurrences(of: "BEFORE_READY", with: beforeReady))
  }

  private static let server = #"""
    import fcntl, hashlib, hmac, http.server, json, os, secrets, sys, threading, time
    options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    folder = options["--folder"]
    open(folder + "/starts", "a").write("x")
    BEFORE_READY
    state = {"instance": options["--instance"], "model": options["--model"], "adapter": options.get("--adapter"),
             "started": time.time(), "pid": os.getpid()}
    secret = secrets.token_hex(32)
    with open(os.open(folder + "/secret", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
    def leave():
        os.unlink(folder + "/state.json")
        os._exit(0)
    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self, value):
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        def knows(self):
            if self.headers.get("Authorization") == "Bearer " + secret:
                return True
            self.send_error(401)
            return False
        def do_GET(self):
            if self.path.startswith("/assay/hello?nonce="):
                text = "assay-hello-1:%d:%s" % (state["port"], self.path.split("=")[1])
                self.close_connection = self.headers.get("Connection") != "keep-alive"
                self.reply({"proof": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()})
            elif self.knows():
                self.reply(state)
        def do_POST(self):
            if self.knows():
                self.reply(state)
                threading.Thread(target=leave).start()
        def log_message(self, *a):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state["port"] = server.server_address[1]
    open(folder + "/.state", "w").write(json.dumps(state))
    os.replace(folder + "/.state", folder + "/state.json")
    def watch():
        lease = os.open(folder + "/lease", os.O_RDWR | os.O_CREAT)
        while True:
            time.sleep(float(options["--grace"]))
            try:
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                leave()
            except BlockingIOError:
                pass
    threading.Thread(target=watch, daemon=True).start()
    server.serve_forever()
    """#
}
