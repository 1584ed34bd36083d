import Testing

@testable import Processes

/// Which variables a program gets of ours.
@Suite struct InheritedVariablesTests {
  @Test(arguments: [
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE", "PIP_INDEX_URL", "HF_HOME",
    "CUDA_VISIBLE_DEVICES", "SLURM_CONF", "OMP_NUM_THREADS", "ASSAY_ENGINE_HOME",
  ]) func aProgramFindsItsWay(name: String) { #expect(InheritedVariables.includes(name)) }

  @Test(arguments: [
    "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "HF_API_KEY", "HUGGING_FACE_HUB_TOKEN", "SLURM_JWT",
    "GITHUB_TOKEN",
    "PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "BASH_ENV", "ENV", "ASSAY_TRUST", "SSH_AUTH_SOCK", "DB_PASSWORD",
    "FOO",
  ]) func secretsAndWhatRunsCodeStayHere(name: String) { #expect(!InheritedVariables.includes(name)) }

  @Test func whatIsNamedIsGiven() {
    let own = ["PATH": "/bin", "HF_TOKEN": "t", "OTHER": "o", "ASSAY_TRUST": "1"]
    var program = Program("x", environment: ["PATH": nil, "SET": "s"], inherits: .named(["HF_TOKEN", "ASSAY_TRUST"]))
    #expect(program.variables(of: own) == ["HF_TOKEN": "t", "SET": "s"])
    program.inherits = .all
    #expect(program.variables(of: own) == ["HF_TOKEN": "t", "OTHER": "o", "SET": "s"])
    program.inherits = .usual
    #expect(program.variables(of: own) == ["SET": "s"])
  }

  @Test func aRealProgramGetsNoMore() async throws {
    let result = try await Program("/usr/bin/env", environment: ["SET": "s"]).run()
    let names = result.lines.compactMap { $0.split(separator: "=").first.map(String.init) }
    #expect(names.contains("SET") && names.contains("PATH"))
    #expect(names.allSatisfy { $0 == "SET" || InheritedVariables.includes($0) }, "\(names)")
  }
}
