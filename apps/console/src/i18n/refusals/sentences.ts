/**
 * What the API refuses with, in Russian: its sentences, word for word, with {0} for what they name. A sentence that is not here is
 * shown as it came.
 */
export const sentences: Readonly<Record<string, string>> = {
  // Errors.
  '{0} not found.': 'Не найдено: {0}.',
  'This {0} is taken.': 'Уже занято: {0}.',
  'The registry has devices; only an empty one can be deleted.':
    'В реестре есть устройства; удалить можно только пустой.',
  'At most {0} address ranges can be blocked at a time.':
    'Заблокировать одновременно можно не больше {0} диапазонов адресов.',
  'The sender is disabled.': 'Отправитель отключён.',
  'The registry is disabled.': 'Реестр отключён.',
  'This Idempotency-Key was used for another request; a new request takes a new key.':
    'Этот Idempotency-Key был у другого запроса; новому запросу нужен новый ключ.',
  'The same call is being worked on; ask again for its answer.':
    'Такой же вызов ещё выполняется; спросите его ответ ещё раз.',
  'The folder has reached its quota of {0}.': 'Квота каталога исчерпана: {0}.',
  'Messages are sent for this export: only one with the target pull can be asked.':
    'Этот экспорт сам отправляет сообщения: забирать их можно только у экспорта с целью pull.',
  'The secrets of the export cannot be read: the key that they were sealed with is gone. Delete it and create it again.':
    'Секреты экспорта не прочесть: ключа, которым они запечатаны, больше нет. Удалите экспорт и создайте снова.',
  'The servers that the operator has named for this database cannot be used. {0}':
    'Серверы, которые оператор назвал для этой базы, не годятся. {0}',
  'The logs of all exports may have IOT_EXPORT_STORE_BYTES together; of these {0} are left for backlog.maxBytes.':
    'У журналов всех экспортов вместе IOT_EXPORT_STORE_BYTES; из них для backlog.maxBytes осталось {0}.',
  'A caller may have {0} live views open at a time: close one.':
    'Открыть одновременно можно {0} живых просмотров: закройте один.',
  'Too many requests.': 'Слишком много запросов.',
  'No valid credentials: a token as `Authorization: Bearer`, or an API key as `Api-Key`.':
    'Нет действующих учётных данных: токена в `Authorization: Bearer` или API-ключа в `Api-Key`.',
  'A session is for the console in a browser. Programs send a token or an API key with each call.':
    'Сессия — для консоли в браузере. Программы шлют токен или API-ключ с каждым вызовом.',
  'A browser session gets no token and no sign-in code: call with a token or an API key.':
    'Сессия браузера не получает ни токена, ни кода для входа: вызывайте с токеном или API-ключом.',
  'This is an OAuth token of Yandex, which is not known here. Use the admin token, an IAM token or an API key of this installation, or the key of a service account.':
    'Это OAuth-токен Яндекса, здесь он неизвестен. Возьмите токен администратора, IAM-токен или API-ключ этой установки, или ключ сервисного аккаунта.',
  'The roles of the caller do not permit this in this folder.':
    'Ваши роли в этом каталоге этого не разрешают.',
  'The service is not available now; try again later.': 'Сервис сейчас недоступен; попробуйте позже.',
  'The deadline of the call has passed.': 'Срок вызова вышел.',
  'The caller cancelled the call.': 'Вызов отменён.',
  'Something went wrong here; the request ID finds it in the log.':
    'Здесь что-то сломалось; в журнале это найдётся по ID запроса.',
  'An MQTT server did not answer.': 'MQTT-сервер не ответил.',
  'An MQTT server did not take the message.': 'MQTT-сервер не принял сообщение.',
  'No MQTT server is running.': 'Ни один MQTT-сервер не работает.',
  'The service is starting.': 'Сервис запускается.',
  'At most {0} live views at a time.': 'Не больше {0} живых просмотров одновременно.',
  'This MQTT engine has no live views.': 'У этого движка MQTT нет живых просмотров.',
  'The quota of {0} used up: clear some.': 'Квота исчерпана ({0}): очистите лишнее.',
  'permanent topics': 'постоянные топики',
  'bytes of permanent topics': 'байты постоянных топиков',

  // Fields of every kind.
  'Required.': 'Обязательно.',
  'Must not be empty.': 'Не может быть пустым.',
  'must not be empty': 'не может быть пустым',
  'must be given, but for INSTALLATION': 'нужно всегда, кроме INSTALLATION',
  'must be base64': 'должно быть в base64',
  'must be at most {0} bytes': 'не больше {0} байт',
  'must be at most {0} certificates': 'не больше {0} сертификатов',
  'must be {0} to {1} bytes': 'от {0} до {1} байт',
  'There is no such field.': 'Такого поля нет.',
  'unknown field "{0}"; there are {1}': 'неизвестное поле «{0}»; есть {1}',
  '"{0}" is named twice': '«{0}» названо дважды',
  'Invalid input': 'Неверное значение',
  'Invalid input: expected {0}, received {1}': 'Неверное значение: нужно {0}, а пришло {1}.',
  'Invalid option: expected one of {0}': 'Неверный вариант, есть {0}',
  'At most {0} characters.': 'Не больше {0} символов.',
  'At most {0} bytes.': 'Не больше {0} байт.',
  'At most {0} bytes in UTF-8.': 'Не больше {0} байт в UTF-8.',
  'At least {0} characters.': 'Не меньше {0} символов.',
  '{0} to {1} characters of {2}.': 'От {0} до {1} символов из {2}.',
  '{0} to {1} characters of printable ASCII without blanks.':
    'От {0} до {1} печатных символов ASCII без пробелов.',
  'Only characters of {0}.': 'Только символы из {0}.',
  'No U+0000 and no lone surrogates.': 'Без U+0000 и без одиночных суррогатов.',
  '{0} lower-case hexadecimal digits.': '{0} шестнадцатеричных цифр в нижнем регистре.',
  'A whole number from {0} to {1}.': 'Целое число от {0} до {1}.',
  'A multiple of {0}, from {1} on.': 'Кратное {0}, начиная с {1}.',
  'There are at most {0} points: make it larger.': 'Точек не больше {0}: увеличьте шаг.',
  'A duration from {0} to {1}, such as {2}.': 'Длительность от {0} до {1}, например {2}.',
  'A time of the years 1 to 9999.': 'Время с 1 по 9999 год.',
  'An RFC 3339 timestamp, such as 2026-11-22T15:38:28Z (in a query + is %2B).':
    'Время по RFC 3339, например 2026-11-22T15:38:28Z (в запросе + пишется %2B).',
  'In the future.': 'В будущем.',
  'In the future, and at most {0} days away.': 'В будущем, но не дальше {0} дней.',
  'A UUID.': 'UUID.',
  'A UUID in lower case.': 'UUID в нижнем регистре.',
  'One of {0}.': 'Одно из {0}.',
  'Exactly one of {0}.': 'Ровно одно из {0}.',
  'exactly one of {0} must be given': 'нужно ровно одно из {0}',
  'Exactly one of {0} must be given.': 'Нужно ровно одно из {0}.',
  'Either ids or all.': 'Или ids, или all.',
  'Not a page token of this list.': 'Это не токен страницы этого списка.',
  'The one filter is name = "…".': 'Есть один фильтр: name = "…".',
  'It looks like key=value.': 'Выглядит как ключ=значение.',
  'One address: ranges are not looked for.': 'Один адрес: диапазоны не ищут.',
  'A name is required.': 'Нужно имя.',
  'A folder ID is required.': 'Нужен ID каталога.',
  'At most {0} labels.': 'Не больше {0} меток.',
  'A key is 1 to 63 characters of [-_0-9a-z], the first one of [a-z].':
    'Ключ — от 1 до 63 символов из [-_0-9a-z], первый из [a-z].',
  'A value is at most {0} characters of {1}.': 'Значение — не больше {0} символов из {1}.',
  'At most {0} entries in all.': 'Всего не больше {0} записей.',
  'A network in CIDR form, such as 192.0.2.0/24, 192.0.2.7/32 or 2001:db8::/32.':
    'Сеть в виде CIDR: 192.0.2.0/24, 192.0.2.7/32 или 2001:db8::/32.',
  'At most {0} networks.': 'Не больше {0} сетей.',

  // Credentials.
  'At least three of: lower-case Latin letters, upper-case Latin letters, digits, special characters.':
    'Не меньше трёх из: строчные латинские буквы, прописные латинские буквы, цифры, особые символы.',
  'A certificate in PEM is required.': 'Нужен сертификат в PEM.',
  'This holds a private key. Replace that key: it is no longer private.':
    'Здесь закрытый ключ. Замените его: он больше не закрытый.',
  'The certificate is damaged: its base64 is not that of one X.509 certificate. Copy it anew.':
    'Сертификат повреждён: его base64 — не одного сертификата X.509. Скопируйте его заново.',
  'OpenSSL’s own form. `openssl x509 -in <file>` writes the usual one.':
    'Это собственная форма OpenSSL. Обычную пишет `openssl x509 -in <файл>`.',
  'A request for a certificate. Give the certificate that was issued for it.':
    'Это запрос на сертификат. Дайте сертификат, который по нему выдан.',
  'A public key. Give the certificate that holds it.':
    'Это открытый ключ. Дайте сертификат, в котором он есть.',
  'PKCS #7. `openssl pkcs7 -print_certs -in <file>` writes its certificates.':
    'Это PKCS #7. Сертификаты из него пишет `openssl pkcs7 -print_certs -in <файл>`.',
  'The PEM is cut off: -----BEGIN and -----END must both be there, with the same label.':
    'PEM обрезан: нужны и -----BEGIN, и -----END с одним и тем же именем.',
  'No PEM: it begins with -----BEGIN CERTIFICATE-----. `openssl x509 -inform der -in <file>` makes it of DER.':
    'Это не PEM: он начинается с -----BEGIN CERTIFICATE-----. Из DER его делает `openssl x509 -inform der -in <файл>`.',
  'No certificate: the label of its PEM must be CERTIFICATE.':
    'Это не сертификат: имя в его PEM должно быть CERTIFICATE.',
  'Something else is beside the certificate. Give the certificate alone.':
    'Рядом с сертификатом есть что-то ещё. Дайте один сертификат.',
  'Signed with MD5 or older: make it anew with SHA-256.':
    'Подписан MD5 или старше: сделайте заново с SHA-256.',
  'A public key of an unknown kind: RSA, ECDSA and Ed25519 are known.':
    'Открытый ключ неизвестного вида: известны RSA, ECDSA и Ed25519.',
  'At most {0} certificates of one chain.': 'Не больше {0} сертификатов одной цепочки.',
  'The chain is in reverse order: the certificate itself comes first, then those that issued it.':
    'Цепочка в обратном порядке: сначала сам сертификат, потом те, которыми он выдан.',
  'Several certificates that are no chain. Add each of them alone.':
    'Несколько сертификатов, и это не цепочка. Добавьте каждый отдельно.',
  'An RSA public key in PEM (BEGIN PUBLIC KEY).': 'Открытый ключ RSA в PEM (BEGIN PUBLIC KEY).',
  'An RSA key of {0} to {1} bits.': 'Ключ RSA от {0} до {1} бит.',
  'Required: this or yandexPassportOauthToken.': 'Обязательно: это или yandexPassportOauthToken.',

  // Topics and aliases.
  'At most {0} aliases.': 'Не больше {0} алиасов.',
  'An alias may not be empty.': 'Алиас не может быть пустым.',
  'An alias has at most {0} characters.': 'В алиасе не больше {0} символов.',
  'An alias has no wildcard and no control character.':
    'В алиасе нет подстановочных знаков и управляющих символов.',
  'An alias does not begin with $, devices/ or registries/.':
    'Алиас не начинается с $, devices/ или registries/.',
  'A topic prefix has no wildcard and no control character.':
    'В префиксе топика нет подстановочных знаков и управляющих символов.',
  "A topic prefix begins with $devices/ and the device's own ID, or {id}.":
    'Префикс топика начинается с $devices/ и ID самого устройства или {id}.',
  'Behind the ID stands /events, /state, /commands or /config.':
    'За ID стоит /events, /state, /commands или /config.',
  'A subtopic has at most {0} characters.': 'В подтопике не больше {0} символов.',
  'No alias may be a prefix of another one.': 'Один алиас не может быть началом другого.',
  'publish to topic {0} not allowed': 'публиковать в топик {0} не разрешено',
  'will on topic {0} not allowed': 'завещание в топик {0} не разрешено',
  'Not allowed.': 'Не разрешено.',
  'A topic filter of MQTT, such as $devices/+/events/#.':
    'Фильтр топиков MQTT, например $devices/+/events/#.',
  'Topics of a broker do not begin with $.': 'Топики брокера не начинаются с $.',
  'Begins with $devices/, $registries/, $me/, $events/, or with an alias.':
    'Начинается с $devices/, $registries/, $me/, $events/ или с алиаса.',
  'Whose $me/device is meant? Give deviceId, or a filter that begins with $devices/.':
    'Чей это $me/device? Дайте deviceId или фильтр, который начинается с $devices/.',
  'Begins with $me/device/ or $me/registry/.': 'Начинается с $me/device/ или $me/registry/.',
  'What the server itself says in $monitoring is not exported.':
    'То, что сам сервер говорит в $monitoring, не экспортируется.',
  'It names a registry that is not the source.': 'Назван реестр, который не источник.',
  'The source is a device, whose topics begin with $devices/.':
    'Источник — устройство, его топики начинаются с $devices/.',
  'It names a device that is not the source.': 'Названо устройство, которое не источник.',
  'The third level is one of {0}, or a wildcard.': 'Третий уровень — одно из {0} или подстановочный знак.',

  // Exports.
  'A device is one of a registry: give registryId too.':
    'Устройство принадлежит реестру: дайте и registryId.',
  'The registry has no such device.': 'В реестре нет такого устройства.',
  'RAW sends one message a request: 1.': 'RAW шлёт одно сообщение в запросе: 1.',
  'A position: a whole number, 0 or more.': 'Позиция: целое число, 0 или больше.',
  'The export has sent what lies before {0}: to pass over what waits, skip it.':
    'Экспорт отправил всё до {0}: чтобы миновать то, что ждёт, пропустите его.',
  'From the cursor, {0}, to the head, {1}.': 'От курсора, {0}, до головы, {1}.',
  'At least one server.': 'Хотя бы один сервер.',
  'At most {0} servers.': 'Не больше {0} серверов.',
  'At most {0} IDs.': 'Не больше {0} ID.',
  'At most {0} headers.': 'Не больше {0} заголовков.',
  'A table, or schema.table: [a-z_][a-z0-9_]*, at most {0} characters each.':
    'Таблица или схема.таблица: [a-z_][a-z0-9_]*, не больше {0} символов в каждой.',
  'Required with {0}.': 'Обязательно с {0}.',
  'Tokens of [a-zA-Z0-9_-] with dots between.': 'Слова из [a-zA-Z0-9_-] через точку.',
  'It is sent in a header: printable ASCII.': 'Идёт в заголовке: печатные символы ASCII.',
  'A name of a header has 1 to 128 letters, digits and -.':
    'Имя заголовка — от 1 до 128 букв, цифр и знаков -.',
  '{0} is set by the server itself.': '{0} задаёт сам сервер.',
  'The value of {0} is not printable ASCII.': 'Значение {0} — не печатные символы ASCII.',
  'A URL that begins with {0}.': 'URL, который начинается с {0}.',
  'Name the user and the database: postgresql://user@host:5432/database.':
    'Назовите пользователя и базу: postgresql://user@host:5432/database.',
  'No password in the URL: it has a field of its own ({0}).':
    'Без пароля в URL: для него есть своё поле ({0}).',
  'No fragment: what follows # is not sent.': 'Без фрагмента: то, что за #, не отправляется.',
  'No parameters: what can be set has fields of its own.':
    'Без параметров: для всего, что можно задать, есть поля.',
  'No secrets in the URL, which is shown: put them into auth or headers.':
    'Без секретов в URL, который показывают: для них есть auth и headers.',
  'A host and a port, such as broker.example.com:9092.': 'Хост и порт, например broker.example.com:9092.',
  'Give it again: a secret is not taken along to another address.':
    'Задайте снова: на другой адрес секрет не переносится.',
  'PEM of one or more certificates.': 'PEM одного или нескольких сертификатов.',
  'PEM of a private key without a passphrase.': 'PEM закрытого ключа без пароля.',
  'It is not the key of certificateData.': 'Это не ключ от certificateData.',
  'A target of postgres, kafka or nats needs an admin of every folder, since their clients connect to any address that the server names.':
    'Для цели postgres, kafka или nats нужен admin всех каталогов: их клиенты подключаются по любому адресу, который назовёт сервер.',
  '{0} is no address that can be checked.': '{0} — не адрес, который можно проверить.',
  '{0} tells machines of clouds their secrets; no export may reach it.':
    '{0} выдаёт секреты облачных машин; туда экспорт не допускается.',
  '{0} port {1} is this installation itself.': '{0}, порт {1} — сама эта установка.',
  '{0} is not a public address. If exports may reach it, the operator names its network in {1}.':
    '{0} — не публичный адрес. Если экспорту туда можно, оператор называет его сеть в {1}.',
  'Without TLS only networks in {0} may be reached, and {1} is in none. Use TLS.':
    'Без TLS можно только в сети из {0}, а {1} ни в одной из них. Включите TLS.',

  // Import.
  'It is there with other content: {0}. Say overwrite to change it.':
    'Уже есть с другим содержимым: {0}. Чтобы изменить, разрешите менять.',
  'It is there in another {0}, and cannot be moved to this one.':
    'Уже есть, но не здесь ({0}), и переехать сюда не может.',
  'Another {0} of the {1} has this name: rename one of them.':
    'Это имя уже есть у другого ({0}, {1}): переименуйте одно из них.',
  'Another device of the registry has one of these aliases, or one that begins like it: no alias may be the beginning of another. Change one of them.':
    'У другого устройства реестра есть такой алиас или с таким же началом, а один алиас не может быть началом другого. Измените один из них.',
  'Another resource of the installation has this certificate, and only one can: delete it there first.':
    'Этот сертификат есть у другого ресурса установки, а может быть только у одного: сначала удалите его там.',
  'The folder has reached its quota of {0}: raise it, or import fewer.':
    'Квота каталога исчерпана ({0}): увеличьте её или импортируйте меньше.',
  'There is no {0} {1}: import it first, or in the same request.':
    'Нет такого: {0} {1}. Импортируйте его раньше или в том же запросе.',
  'This ID is taken: import it under another one.': 'Этот ID занят: импортируйте под другим.',
  'You need the role admin in the folder that it lies in.': 'Нужна роль admin в каталоге, где он лежит.',
  'The fingerprint given is {0}, that of the certificate is {1}: one of them belongs to another certificate.':
    'Дан отпечаток {0}, а у сертификата {1}: одно из них от другого сертификата.',

  // The condition of an export.
  'The target is away; messages are kept, and sent when it is back.':
    'Цель недоступна; сообщения сохраняются и уйдут, когда она вернётся.',
  'The target will not take messages as it is: change the export or the target; it is tried again and again.':
    'Цель не берёт сообщения такой, какая она есть: измените экспорт или цель; попытки продолжаются.',
  'The store of dead letters is full: redeliver or delete some.':
    'Хранилище недоставленных полно: отправьте часть снова или удалите.',
  'No export process sends for it: see that one runs (npm run export; it is part of npm start), and what it logs.':
    'Для него не работает ни один процесс экспорта: запустите его (npm run export; он часть npm start) и посмотрите его журнал.',
  'Messages are recorded and not sent: resume the export to send them.':
    'Сообщения записываются и не отправляются: возобновите экспорт, и они уйдут.',
  'The log is full, and publishers wait: see that the target takes messages, raise backlog.maxBytes, or skip some.':
    'Журнал полон, и отправители ждут: наладьте цель, увеличьте backlog.maxBytes или пропустите часть.',
  'The log is full, and publishers wait: see that the target takes messages, raise backlog.maxBytes, or skip some. {0}':
    'Журнал полон, и отправители ждут: наладьте цель, увеличьте backlog.maxBytes или пропустите часть. {0}',
  'The name of the host is not known (ENOTFOUND).': 'Имя хоста неизвестно (ENOTFOUND).',
  'No connection, or it was lost ({0}).': 'Нет соединения, или оно прервалось ({0}).',
  'The certificate of the server is not accepted ({0}): renew it, or name its authority in caCertificate.':
    'Сертификат сервера не принят ({0}): обновите его или назовите его центр в caCertificate.',

  // What a target answered.
  'The receiver gave {0}.': 'От получателя: {0}.',
  'The receiver cannot take it now (status {0}).': 'Получатель сейчас не может принять (статус {0}).',
  'The receiver answered {0}: redirects are not followed. Set the URL that it leads to.':
    'Получатель ответил {0}: по перенаправлениям экспорт не ходит. Задайте URL, куда оно ведёт.',
  'The receiver answered {0}: check the URL and the credentials of the export.':
    'Получатель ответил {0}: проверьте URL и учётные данные экспорта.',
  'The receiver refused it (status {0}).': 'Получатель отказал (статус {0}).',
  'no answer within {0} s': 'нет ответа за {0} с',
  'Postgres refused the rows ({0}).': 'Postgres отверг строки ({0}).',
  'Postgres will not take rows ({0}): check the database, its user, and the table.':
    'Postgres не берёт строки ({0}): проверьте базу, пользователя и таблицу.',
  'Postgres cannot take rows now ({0}).': 'Postgres сейчас не может взять строки ({0}).',
  'Logging in to Postgres failed: {0}.': 'Войти в Postgres не удалось: {0}.',
  'No stream takes these subjects: make one of {0}.> in JetStream.':
    'Ни один stream не берёт эти subject: создайте в JetStream stream для {0}.>.',
  'NATS refuses the user: check its name, password and rights.':
    'NATS не пускает пользователя: проверьте имя, пароль и права.',
  'NATS refused the messages.': 'NATS отверг сообщения.',
  'Kafka refused the messages ({0}).': 'Kafka отвергла сообщения ({0}).',
  'Kafka will not take messages ({0}): check the topic, the user and its rights.':
    'Kafka не берёт сообщения ({0}): проверьте топик, пользователя и его права.',
  'Kafka cannot take messages now ({0}).': 'Kafka сейчас не может взять сообщения ({0}).',
  'no answer': 'нет ответа',
  'logging in failed': 'войти не удалось',

  // Lines of the connection log. What a client chose stands in quotes, which stay around it.
  'connected, password: {0}, address: {1}, clientID: {2}':
    'подключение, пароль: {0}, адрес: {1}, client ID: {2}',
  'connected, cert: {0}, address: {1}, clientID: {2}':
    'подключение, сертификат: {0}, адрес: {1}, client ID: {2}',
  'disconnected: {0}': 'отключение: {0}',
  'connection refused: {0}, address: {1}, clientID: {2}':
    'отказ в подключении: {0}, адрес: {1}, client ID: {2}',
  'connection refused: {0}, address: {1}': 'отказ в подключении: {0}, адрес: {1}',
  'some of subscriptions failed: not allowed to subscribe: [{0}]':
    'часть подписок отклонена, подписываться не разрешено: [{0}]',
  'silent since {0}': 'молчит с {0}',
  'password adopted, password: {0}, address: {1}, weak: "{2}"':
    'пароль принят, пароль: {0}, адрес: {1}, слабый: «{2}»',
  'password adopted, password: {0}, address: {1}': 'пароль принят, пароль: {0}, адрес: {1}',
  'password adopted anew, password: {0}, address: {1}, weak: "{2}"':
    'пароль принят заново, пароль: {0}, адрес: {1}, слабый: «{2}»',
  'password adopted anew, password: {0}, address: {1}': 'пароль принят заново, пароль: {0}, адрес: {1}',
  '{0} of at most {1} bytes of permanent topics are stored': 'хранится {0} из {1} байт постоянных топиков',
  '{0} of at most {1} permanent topics are stored': 'хранится {0} из {1} постоянных топиков',
  'export: {0}, its log is full, messages discarded: {1}':
    'экспорт: {0}, его журнал полон, сообщений отброшено: {1}',
  'export: {0}, its log is filling: {1} % of backlog.maxBytes wait':
    'экспорт: {0}, его журнал заполняется: ждёт {1} % от backlog.maxBytes',

  // What they are about, and why sessions end.
  connected: 'подключение',
  silent: 'молчит',
  'password adopted': 'пароль принят',
  'permanent quota nearly used up': 'квота постоянных топиков почти исчерпана',
  'export log full': 'журнал экспорта полон',
  'export log filling': 'журнал экспорта заполняется',
  'client disconnected': 'клиент отключился',
  'connection lost': 'соединение потеряно',
  'keep alive timeout': 'истёк keep alive',
  'another connection with the same client ID': 'другое подключение с тем же client ID',
  'packet came more slowly than the least rate allows': 'пакет шёл медленнее допустимого',
  'packets sent before the end of the connection could not be handled in time':
    'пакеты, отправленные до конца соединения, не удалось обработать вовремя',
  'too slow: QoS 1 messages waiting beyond the limit':
    'слишком медленно: сообщений QoS 1 ждёт больше предела',
  'too slow: messages waiting for the registry or broker beyond the limit':
    'слишком медленно: сообщений для реестра или брокера ждёт больше предела',
  'too slow: acknowledgements not read': 'слишком медленно: подтверждения не прочитаны',
  'message could not be stored': 'сообщение не удалось сохранить',
  'message could not be handed over': 'сообщение не удалось передать',
  'retained messages could not be read': 'хранимые сообщения не удалось прочитать',
  'internal error': 'внутренняя ошибка',
  'server stopping': 'сервер останавливается',
  'node left the cluster': 'узел вышел из кластера',
  'disconnected by an operator': 'отключил оператор',
  'password deleted': 'пароль удалён',
  'certificate deleted': 'сертификат удалён',
  'device deleted': 'устройство удалено',
  'registry deleted': 'реестр удалён',
  'broker deleted': 'брокер удалён',

  // What sentences name.
  name: 'имя',
  registry: 'реестр',
  device: 'устройство',
  broker: 'брокер',
  folder: 'каталог',
  registries: 'реестры',
  devices: 'устройства',
  brokers: 'брокеры',
  certificate: 'сертификат',
  alias: 'алиас',
  'role binding': 'роль',
  Registry: 'реестр',
  Device: 'устройство',
  Broker: 'брокер',
  Resource: 'ресурс',
  Sender: 'отправитель',
  Password: 'пароль',
  Certificate: 'сертификат',
  'Password adoption': 'приём паролей',
  'Retained message': 'хранимое сообщение',
  Export: 'экспорт',
  'Data stream export': 'экспорт в поток данных',
  'Dead letter': 'недоставленное',
  Node: 'узел',
  Operation: 'операция',
  Cloud: 'облако',
  Endpoint: 'адрес API',
  'Network block': 'блокировка сети',
  'Service account': 'сервисный аккаунт',
  'API key': 'API-ключ',
  'Authorized key': 'авторизованный ключ',
  Key: 'ключ',
  'Role binding': 'роль',
  Session: 'сессия',
  'Sign-in code': 'код для входа',
  'Disabled device': 'отключённое устройство',
  'Disabled broker': 'отключённый брокер',
};
