/** The host of an authority (RFC 3986 §3.2) such as a Host header: "name:port" → "name", "[::1]:port" → "::1". */
export function hostOf(authority: string): string | undefined {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:/@[\]]+))(?::[0-9]*)?$/.exec(authority);
  return parts?.[1] ?? parts?.[2];
}
