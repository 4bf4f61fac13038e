/** The same certificate in PEM as people have it: from other systems, mail, spreadsheets and shells; by name. */
export function certificateTexts(pem: string): ReadonlyMap<string, string> {
  return new Map([
    ['CRLF and text around it', `Some words\r\n${pem.replaceAll('\n', '\r\n')}Sent from my telephone\r\n`],
    ['blanks at line ends', pem.replaceAll('\n', '  \n')],
    ['indented lines', pem.replaceAll(/^/gm, '    ')],
    ['CR alone', pem.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${pem}`],
    ['the label of old programs', pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')],
    ['line ends as two characters', pem.replaceAll('\n', '\\n')],
  ]);
}
