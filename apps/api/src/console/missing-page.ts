/** What stands in place of the console until it is built: it looks again by itself. */
export const missingPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="3">
<title>IoT Core</title>
</head>
<body>
<main>
<h1>The console is not built yet</h1>
<p><code>npm start</code> builds it in the background; this page shows it once it is there. By hand: <code>npm run console</code>.</p>
<p lang="ru">Консоль ещё не собрана. <code>npm start</code> собирает её в фоне, страница откроется сама. Вручную: <code>npm run console</code>.</p>
<p><a href="/docs">API</a></p>
</main>
</body>
</html>
`;
