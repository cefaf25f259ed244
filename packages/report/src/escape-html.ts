const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text as it may stand in an HTML page, also inside an attribute: a column may be called anything.
 *
 * @example
 * import { escapeHtml } from '@cfe/report';
 * escapeHtml('x<y & "z"'); // → 'x&lt;y &amp; &quot;z&quot;'
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}
