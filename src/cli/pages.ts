/** All rows of a paged list. */

/** Asks for page after page until there is none left. */
export async function allPages<Row>(
  page: (token: string) => Promise<{ rows: readonly Row[]; nextPageToken: string }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let token = '';
  do {
    const answer = await page(token);
    rows.push(...answer.rows);
    token = answer.nextPageToken;
  } while (token !== '');
  return rows;
}
