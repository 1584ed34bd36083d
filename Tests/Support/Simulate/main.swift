import Foundation
import StatisticsSimulations

// Prints how often the statistics keep their promises. An argument says how many times each is tried.
let repetitions = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
let rates = Simulations.all(repetitions: max(100, repetitions))
for rate in rates { print(rate.line) }
let broken = rates.count { !$0.isKept }
print("\(rates.count - broken) of \(rates.count) rates keep their bounds.")
exit(broken == 0 ? 0 : 1)
