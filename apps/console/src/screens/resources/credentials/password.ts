/** A password that satisfies the rules of the API whatever the dice say: upper and lower case, digits, 128 random bits and more. */
export function generatePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  return `Aa1-${text}`;
}
