import NumberFormat

/// The cumulative cost of both ways, the chances of breaking even, and what matters most.
extension HTMLReport {
  var cost: String {
    guard let cost = document.cost else { return "" }
    var html = "<p>\(sentence(cost.sentence))</p>"
    if let prompted = cost.perQuery.prompted, let tuned = cost.perQuery.tuned {
      html += """
        <ul class="tiles"><li><b>\(NumberFormat.dollars(prompted))</b><span>a prompted query</span></li>\
        <li><b>\(NumberFormat.dollars(tuned))</b><span>a tuned query</span></li></ul>
        """
    }
    html += cost.perMonth.map(curves) ?? ""
    html += chances(cost) + tornado(cost)
    if !cost.missing.isEmpty {
      let keys = cost.missing.map { "<code>\(HTMLText.line($0, bytes: 80))</code>" }.joined(separator: ", ")
      html +=
        "<p class=\"quiet\">A forecast needs \(keys) under <code>facts</code> in assay.yaml; 0 where it costs nothing.</p>"
    }
    return html
  }

  private func curves(_ month: ReportDocument.Cost.Monthly) -> String {
    let crossing = month.crossing
    // The curves go on half as long again behind the crossing, in whole half years up to ten years.
    let wanted = crossing.map { ($0 * 1.5 / 6).rounded(.up) * 6 } ?? 24
    let months = min(120, max(12, wanted))
    let most = max(month.prompted * months, month.investment + month.tuned * months)
    guard most > 0, most.isFinite, month.prompted >= 0, month.tuned >= 0, month.investment >= 0 else { return "" }
    let top = Self.round(above: most)
    func place(_ time: Double, _ dollars: Double) -> String {
      "\(coordinate(time / months * 100)) \(coordinate(100 - dollars / top * 100))"
    }
    let grid = [25, 50, 75].map { "M0 \($0)H100M\($0) 0V100" }.joined()
    let ends = (
      prompted: place(months, month.prompted * months), tuned: place(months, month.investment + month.tuned * months)
    )
    let start = (prompted: place(0, 0), tuned: place(0, month.investment))
    var content = "<path class=\"grid\" d=\"\(grid)\"/>"
    var caption = "Tuning never catches up: a month costs at least as much tuned as prompted."
    if let crossing {
      let dollars = month.prompted * crossing
      if crossing <= months {
        let meeting = place(crossing, dollars)
        content += "<path class=\"before\" d=\"M\(start.prompted)L\(meeting)L\(start.tuned)Z\"/>"
        content += "<path class=\"after\" d=\"M\(meeting)L\(ends.prompted)L\(ends.tuned)Z\"/>"
        content += "<path class=\"drop\" d=\"M\(meeting)V100\"/>"
        caption =
          "Both have cost \(NumberFormat.dollars(dollars)) after \(NumberFormat.trimmed(crossing, decimals: 1)) months; from then on tuning saves "
          + "\(NumberFormat.dollars(month.prompted - month.tuned)) a month."
      } else {
        caption = "Both have cost the same after \(NumberFormat.count(crossing)) months, beyond the chart."
      }
    }
    content += "<path class=\"curve s-p\" d=\"M\(start.prompted)L\(ends.prompted)\"/>"
    content += "<path class=\"curve s-t\" d=\"M\(start.tuned)L\(ends.tuned)\"/>"
    if let crossing, crossing <= months {
      content += "<path class=\"mark\" d=\"M\(place(crossing, month.prompted * crossing))h.01\"/>"
    }
    let ys = [4, 3, 2, 1, 0].map { "<span>\(NumberFormat.dollars(top * Double($0) / 4))</span>" }.joined()
    let xs = (0...4).map { "<span>\(coordinate(months * Double($0) / 4))\($0 == 4 ? " months" : "")</span>" }.joined()
    return """
      <figure><figcaption><h3>Cumulative cost</h3>\(HTMLText.line(caption)) \
      <span class="key"><span class="p"><b>—</b> prompted</span><span class="t"><b>—</b> tuned, with \
      \(NumberFormat.dollars(month.investment)) first</span></span></figcaption><div class="box"><div class="ys">\(ys)</div>\
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="\(HTMLText.line(caption))">\(content)</svg>\
      <div class="xs">\(xs)</div></div></figure>
      """
  }

  /// A round number above another: 1, 2, 4, 6 or 8 and zeros, which a quarter of reads well.
  static func round(above value: Double) -> Double {
    var unit = 1.0
    while unit * 10 <= value { unit *= 10 }
    while unit > value { unit /= 10 }
    return ([1, 2, 4, 6, 8].first { unit * $0 >= value } ?? 10) * unit
  }

  private func chances(_ cost: ReportDocument.Cost) -> String {
    guard !cost.chances.isEmpty else { return "" }
    let tiles = cost.chances.map { chance in
      let width = coordinate(max(0, min(1, chance.probability)) * 100)
      return """
        <li><b>\(Self.percent(chance.probability))</b><span>within \(chance.months) months</span>\
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="f-line" width="100" height="4"/>\
        <rect class="f-t" width="\(width)" height="4"/></svg></li>
        """
    }
    let never = cost.never.map { " Never: \(Self.percent($0))." } ?? ""
    return """
      <h3>How likely tuning has paid for itself</h3>
      <ul class="tiles">\(tiles.joined())</ul>
      <p class="quiet">From 10,000 draws over the ranges of what isn't known exactly.\(never)</p>
      """
  }

  /// A probability in whole percent, never 0 or 100.
  static func percent(_ probability: Double) -> String {
    let percent = Int((probability * 100).rounded())
    return percent <= 1 ? "≤ 1 %" : percent >= 99 ? "≥ 99 %" : "\(percent) %"
  }

  private func tornado(_ cost: ReportDocument.Cost) -> String {
    let exact = cost.exact.map { "<code>\(HTMLText.line($0, bytes: 80))</code>" }.joined(separator: ", ")
    let note = exact.isEmpty ? "" : "<p class=\"quiet\">Taken as exact: \(exact).</p>"
    guard let middle = cost.medianNet, !cost.tornado.isEmpty else { return note }
    let values: [Double] = cost.tornado.flatMap { [$0.atLow, $0.atHigh] } + [middle, 0]
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let span: Double = high > low ? high - low : 1
    func place(_ value: Double) -> Double { (value - low) / span * 100 }
    let rows = cost.tornado.prefix(20).map { bar in
      let (from, to) = (place(min(bar.atLow, bar.atHigh)), place(max(bar.atLow, bar.atHigh)))
      let zero = place(0)
      let loss =
        "<rect class=\"f-bad\" x=\"\(coordinate(from))\" y=\"3\" width=\"\(coordinate(max(0, min(to, zero) - from)))\" height=\"10\"/>"
      let gain =
        "<rect class=\"f-good\" x=\"\(coordinate(max(from, zero)))\" y=\"3\" width=\"\(coordinate(max(0, to - max(from, zero))))\" height=\"10\"/>"
      let label = "\(NumberFormat.dollars(bar.atLow)) to \(NumberFormat.dollars(bar.atHigh))"
      return """
        <tr><th scope="row"><code>\(HTMLText.line(bar.name, bytes: 80))</code></th>\
        <td class="wide">\(HTMLText.line(bar.range, bytes: 80))</td><td class="plotcell"><svg class="plot" viewBox="0 0 100 16" \
        preserveAspectRatio="none" role="img" aria-label="\(label)">\(loss)\(gain)<path class="zero" \
        d="M\(coordinate(zero)) 0V16"/></svg></td><td class="n">\(NumberFormat.dollars(bar.atLow))</td>\
        <td class="n">\(NumberFormat.dollars(bar.atHigh))</td></tr>
        """
    }
    return """
      <h3>What matters most</h3>
      <p class="quiet">The net after a year, \(NumberFormat.dollars(middle)) with every input in the middle, when one input is at its \
      low or its high end. The line is break-even.</p>
      <div class="scroll"><table><thead><tr><th scope="col">Input</th><th scope="col" class="wide">Range</th>\
      <th scope="col"></th><th scope="col" class="n">At the low end</th><th scope="col" class="n">At the high end</th></tr></thead>\
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>\(note)
      """
  }
}
