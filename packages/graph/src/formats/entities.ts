const named: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'" };

/** `&quot;`, `&#10;` and `&#xA;` replaced by what they stand for; anything else after & stays. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] as string) : whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** A text that XML attributes and GML strings can hold: what means something there, and line breaks, as entities. */
export function encodeEntities(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (sign) => {
    const name = Object.keys(named).find((key) => named[key] === sign);
    return name === undefined ? `&#${sign.charCodeAt(0)};` : `&${name};`;
  });
}
