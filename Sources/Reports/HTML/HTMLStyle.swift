import Content
import Foundation

/// How a page looks: the colours of Assay's light and dark themes, one measure, one rhythm of a quarter of a line.
enum HTMLStyle {
  /// What a browser may do with the page: apply this style, and nothing else. No script runs and nothing is fetched.
  static let policy: String = {
    var hash = SHA256()
    hash.update(sheet)
    let digest = Data(hash.digest()).base64EncodedString()
    return "default-src 'none'; style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'"
  }()

  /// The style sheet.
  static let sheet = """
    :root{color-scheme:light dark;--ground:#fbfbf9;--card:#fff;--raised:#f1f2ee;--line:#d9dcd8;--faint:#5a636e;--ink:#2a3038;\
    --strong:#0c1116;--accent:#0a5a8a;--green:#17622f;--red:#a31515;--amber:#7a4b00;--violet:#6a2fa0;--blue:#1d4fb8;\
    --added:#dcf3de;--removed:#fbe0de;--heat:29,79,184}
    @media(prefers-color-scheme:dark){:root{--ground:#12161d;--card:#171c24;--raised:#1e2530;--line:#333e4d;--faint:#94a1b3;\
    --ink:#c6d0dd;--strong:#f0f4f9;--accent:#62c4dd;--green:#7fcf8f;--red:#f79a91;--amber:#e8b965;--violet:#c6adf3;\
    --blue:#8fb9ff;--added:#16331f;--removed:#43201f;--heat:143,185,255}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
    "Helvetica Neue","Noto Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
    main,header,footer{max-width:68rem;margin:0 auto;padding:0 1.5rem}
    header{padding-top:2.5rem}
    .over{margin:0 0 .25rem;color:var(--faint);font-size:.875rem}
    h1{margin:0;font-size:2rem;line-height:1.25;font-weight:650;color:var(--strong);letter-spacing:-.015em}
    h2{margin:3rem 0 .75rem;font-size:1.25rem;line-height:1.5rem;font-weight:650;color:var(--strong);letter-spacing:-.005em}
    h3{margin:1.5rem 0 .5rem;font-size:1rem;font-weight:650;color:var(--strong)}
    h4{margin:0 0 .25rem;font-size:.8125rem;line-height:1.25rem;font-weight:600;color:var(--faint)}
    p{margin:0 0 .75rem;max-width:44rem}
    a{color:var(--accent);text-decoration-thickness:.06em;text-underline-offset:.15em}
    nav{margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.875rem}
    nav a{text-decoration:none}
    nav a:hover{text-decoration:underline}
    code,pre{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.8125rem}
    code{background:var(--raised);border-radius:.25rem;padding:.125rem .375rem}
    ul{margin:0;padding:0;list-style:none}
    .quiet{color:var(--faint);font-size:.875rem}
    .answer{margin:1.5rem 0 0;padding:1.25rem 1.5rem 1.25rem;background:var(--card);border:1px solid var(--line);\
    border-left:.25rem solid var(--faint);border-radius:.5rem}
    .answer p{margin:0}
    .answer .what{font-size:1.5rem;line-height:2rem;font-weight:650;letter-spacing:-.01em;color:var(--strong)}
    .answer .why{margin:.25rem 0 .5rem;font-size:1.0625rem}
    .answer.prompting{border-left-color:var(--blue)}.answer.tuning{border-left-color:var(--violet)}
    .answer.combining{border-left-color:var(--accent)}.answer.unknown{border-left-color:var(--amber)}
    .points li{position:relative;max-width:48rem;padding:.25rem 0 .25rem 1.75rem}
    .points li>b{position:absolute;left:0;width:1.25rem;text-align:center;font-weight:650;color:var(--faint)}
    .points .prompting>b{color:var(--blue)}.points .tuning>b{color:var(--violet)}.points .combining>b{color:var(--accent)}
    .points .against>b{color:var(--red)}.points .unknown>b{color:var(--amber)}
    .key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0 0;font-size:.8125rem;color:var(--faint)}
    .key b{font-weight:650}
    .badge{display:inline-block;padding:0 .4375rem;border:1px solid currentcolor;border-radius:.75rem;font-size:.75rem;\
    line-height:1.125rem;font-weight:600;white-space:nowrap}
    .p{color:var(--blue)}.t{color:var(--violet)}.good{color:var(--green)}.bad{color:var(--red)}.warn{color:var(--amber)}
    .scroll{overflow-x:auto;margin:0 0 .75rem}
    table{border-collapse:collapse;width:100%;font-size:.9375rem;line-height:1.25rem}
    th,td{padding:.4375rem .75rem;text-align:left;vertical-align:middle;border-bottom:1px solid var(--line)}
    th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
    thead th{font-size:.8125rem;font-weight:600;color:var(--faint);vertical-align:bottom;white-space:nowrap}
    tbody th{font-weight:400;color:var(--strong);overflow-wrap:anywhere;min-width:7rem}
    .who{min-width:11rem}.who .badge{margin-right:.25rem}
    .n{text-align:right;white-space:nowrap}
    .plotcell{width:38%;min-width:9rem}
    .axis{display:flex;justify-content:space-between;font-weight:400}
    svg{display:block;overflow:visible}
    .plot{width:100%;height:1rem}
    .grid{stroke:var(--line);stroke-width:1}.zero{stroke:var(--strong);stroke-width:1}
    .range{stroke-width:3;stroke-linecap:butt;opacity:.45}.dot{stroke-width:9;stroke-linecap:round}
    .s-p{stroke:var(--blue)}.s-t{stroke:var(--violet)}.s-good{stroke:var(--green)}.s-bad{stroke:var(--red)}\
    .s-n{stroke:var(--faint)}
    .f-p{fill:var(--blue)}.f-t{fill:var(--violet)}.f-good{fill:var(--green);opacity:.7}.f-bad{fill:var(--red);opacity:.7}.f-line{fill:var(--line)}
    svg *{vector-effect:non-scaling-stroke}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:1rem;margin:0 0 1.5rem}
    .tiles li{padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem}
    .tiles b{display:block;font-size:1.25rem;line-height:1.75rem;font-weight:650;color:var(--strong)}
    .tiles span{display:block;font-size:.8125rem;line-height:1.25rem;color:var(--faint)}
    .tiles svg{margin-top:.5rem;width:100%;height:.25rem}
    figure{margin:0 0 1.5rem}
    figcaption{margin:0 0 .75rem;max-width:44rem}
    .box{display:grid;grid-template-columns:auto 1fr;gap:.375rem .75rem;max-width:48rem}
    .box svg{width:100%;height:15rem;border-left:1px solid var(--faint);border-bottom:1px solid var(--faint)}
    .ys{display:flex;flex-direction:column;justify-content:space-between;text-align:right;font-size:.8125rem;line-height:1rem;\
    color:var(--faint);margin:-.5rem 0}
    .xs{grid-column:2;display:flex;justify-content:space-between;font-size:.8125rem;line-height:1rem;color:var(--faint)}
    .curve{fill:none;stroke-width:2.5;stroke-linejoin:round}.before{fill:var(--red);opacity:.09}.after{fill:var(--green);\
    opacity:.12}.mark{stroke:var(--strong);stroke-width:10;stroke-linecap:round}.drop{stroke:var(--faint);stroke-dasharray:3 3}
    .matrix{width:auto;min-width:min(100%,24rem)}
    .matrix td{text-align:right;min-width:3rem}
    .matrix th{min-width:0}
    .h1{background:rgba(var(--heat),.08)}.h2{background:rgba(var(--heat),.18)}.h3{background:rgba(var(--heat),.3)}\
    .h4{background:rgba(var(--heat),.44)}
    .hit{font-weight:650;color:var(--strong)}
    .case{border-bottom:1px solid var(--line)}
    summary{display:flex;gap:.75rem;align-items:baseline;padding:.4375rem 0;cursor:pointer;list-style:none}
    summary::-webkit-details-marker{display:none}
    summary::before{content:"▸";color:var(--faint);font-size:.75rem;width:.75rem;flex:none}
    [open]>summary::before{content:"▾"}
    summary:hover .id{color:var(--accent)}
    .marks{flex:none;font-weight:650;letter-spacing:.125rem}
    .id{flex:none;max-width:40%;color:var(--strong);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .tags{flex:none;max-width:30%;font-size:.8125rem;color:var(--violet);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .hint{flex:1;min-width:0;color:var(--faint);font-size:.875rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .body{padding:.25rem 0 1.25rem 1.5rem;scroll-margin-top:3rem}
    .pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem;margin-top:.75rem}
    .pair>.only{grid-column:1/-1}
    pre{margin:0;padding:.625rem .75rem;background:var(--card);border:1px solid var(--line);border-radius:.375rem;\
    white-space:pre-wrap;overflow-wrap:anywhere;overflow:clip;line-height:1.25rem;max-height:40rem;overflow-y:auto}
    .of-p pre{border-left:.1875rem solid var(--blue)}.of-t pre{border-left:.1875rem solid var(--violet)}
    ins{background:var(--added);color:var(--green);text-decoration:none}
    del{background:var(--removed);color:var(--red);text-decoration:none}
    .reasons{margin-top:.375rem;font-size:.875rem;line-height:1.25rem;color:var(--faint)}
    .cut{color:var(--amber);font-size:.8125rem}
    footer{margin-top:3rem;padding-top:1rem;padding-bottom:3rem;color:var(--faint);font-size:.8125rem}
    footer p{max-width:none}
    :target{outline:2px solid var(--accent);outline-offset:.25rem;border-radius:.25rem}
    @media(max-width:44rem){main,header,footer{padding-left:1rem;padding-right:1rem}header{padding-top:1.5rem}\
    h1{font-size:1.625rem}.answer{padding:1rem}.wide{display:none}th,td{padding-left:.375rem;padding-right:.375rem}\
    .plotcell{min-width:5rem;width:30%}.who,tbody th{min-width:5.5rem}.pair{grid-template-columns:minmax(0,1fr)}.body{padding-left:0}\
    .tags{display:none}.box svg{height:11rem}.axis .mid{display:none}}
    @media print{:root{color-scheme:light;--ground:#fff;--card:#fff;--raised:#f3f3f1;--line:#ccc;--faint:#555;--ink:#111;--strong:#000;\
    --accent:#0a5a8a;--green:#17622f;--red:#a31515;--amber:#7a4b00;--violet:#6a2fa0;--blue:#1d4fb8;--added:#dcf3de;\
    --removed:#fbe0de;--heat:29,79,184}html{font-size:9.5pt}body{print-color-adjust:exact;-webkit-print-color-adjust:exact}\
    nav{display:none}h2,h3{break-after:avoid}figure,.answer,.tiles,tr,.case{break-inside:avoid}main,header,footer{max-width:none;\
    padding-left:0;padding-right:0}header{padding-top:0}.scroll{overflow:visible}pre{max-height:none;overflow:visible}a{color:inherit;\
    text-decoration:none}h2{margin-top:1.75rem}}
    """
}
