/** Why clients are refused, in Russian: of each reason, which is a code that never changes, its name and the rule. */

/** What the standard says of bytes: the name alone tells which statement they break. */
const standard =
  'Клиент должен слать MQTT 3.1.1, как написано в стандарте, и в пределах, которые задал этот сервер.';
const version = 'Здесь говорят на MQTT 3.1.1: укажите клиенту версию протокола 4.';

export const reasons: Readonly<Record<string, readonly [name: string, rule: string]>> = {
  'unknown user name or wrong password': [
    'неизвестное имя пользователя или неверный пароль',
    'Имя пользователя — ID реестра, устройства или брокера, пароль — один из его паролей.',
  ],
  'user name without password': [
    'имя пользователя без пароля',
    'К имени пользователя нужен пароль; клиенту с сертификатом имя не нужно.',
  ],
  'neither password nor certificate': [
    'ни пароля, ни сертификата',
    'Клиент должен показать пароль или сертификат; сертификат передаётся только по TLS.',
  ],
  'unknown certificate': [
    'неизвестный сертификат',
    'Сертификат должен быть добавлен к реестру, устройству или брокеру, байт в байт.',
  ],
  'certificate expired': [
    'сертификат истёк',
    'Сертификат принимают до конца его срока; IOT_EXPIRED_CERTIFICATES=accept пускает и с истёкшим.',
  ],
  'certificate not yet valid': [
    'сертификат ещё не действует',
    'Сертификат принимают с начала его срока: верны ли часы?',
  ],
  'certificate of another than the user name': [
    'сертификат не того, кто назван именем пользователя',
    'Имя пользователя рядом с сертификатом — ID его владельца, или пусто.',
  ],
  'password not adopted: address outside the allowed networks': [
    'пароль не принят: адрес вне разрешённых сетей',
    'Пароли принимают только из сетей, которые названы в приёме паролей.',
  ],
  'password not adopted: it is empty': ['пароль не принят: он пуст', 'Пустой пароль не принимают никогда.'],
  'password not adopted: it is too long': [
    'пароль не принят: он слишком длинный',
    'Пароль длиннее, чем берёт API, не принимают и здесь.',
  ],
  'password not adopted: too many first connections from this address': [
    'пароль не принят: слишком много первых подключений с этого адреса',
    'За минуту с одного адреса принимают столько первых подключений, сколько задано в приёме паролей.',
  ],
  'registry disabled': [
    'реестр отключён',
    'Отключённый реестр и его устройства не могут подключиться, пока его не включат.',
  ],
  'disabled by an operator': [
    'отключено оператором',
    'Отключённое устройство или брокер не может подключиться, пока его не включат или не выйдет названный срок.',
  ],
  'address blocked': [
    'адрес заблокирован',
    'Из заблокированного диапазона адресов нельзя подключиться, пока не выйдет названный срок.',
  ],
  'credentials could not be checked': [
    'учётные данные не удалось проверить',
    'Их сверяют с базой, а она не ответила вовремя: клиент может прийти ещё раз.',
  ],
  'too many wrong passwords': [
    'слишком много неверных паролей',
    'После нескольких неверных паролей адрес или ID должен подождать, прежде чем пробовать снова.',
  ],
  'too many connections of this device or registry': [
    'слишком много подключений этого устройства или реестра',
    'У одного устройства или реестра не больше IOT_MQTT_MAX_CONNECTIONS_PER_PRINCIPAL подключений.',
  ],
  'too many connections of the registry with its devices, or of the broker': [
    'слишком много подключений реестра с устройствами или брокера',
    'У реестра с его устройствами или у брокера не больше IOT_MQTT_MAX_CONNECTIONS_PER_TENANT подключений.',
  ],
  'too many passwords are being checked': [
    'проверяется слишком много паролей',
    'Пароли ждут проверки; клиент может прийти ещё раз.',
  ],

  'origin not allowed': [
    'источник страницы не разрешён',
    'Подключаться могут страницы, источник которых есть в IOT_WS_ALLOWED_ORIGINS: добавьте его туда.',
  ],
  'path of the WebSocket is not /mqtt': [
    'путь WebSocket — не /mqtt',
    'MQTT через WebSocket — по пути /mqtt.',
  ],
  'WebSocket without the subprotocol mqtt': [
    'WebSocket без подпротокола mqtt',
    'WebSocket должен предложить подпротокол mqtt.',
  ],
  'no WebSocket handshake': [
    'нет рукопожатия WebSocket',
    'Этот порт говорит на MQTT через WebSocket, а пришёл не запрос HTTP.',
  ],

  'no CONNECT in time': ['нет CONNECT вовремя', 'Клиент должен прислать CONNECT за десять секунд.'],
  'client ID is empty without clean session': [
    'client ID пуст без clean session',
    'Пустому client ID нужен флаг clean session.',
  ],
  'client ID is longer than allowed': ['client ID слишком длинный', 'В client ID не больше 1024 байт.'],
  'will not allowed': [
    'завещание не разрешено',
    'Топик завещания должен быть таким, куда клиенту можно публиковать.',
  ],
  'MQTT 3.1 instead of 3.1.1': ['MQTT 3.1 вместо 3.1.1', version],
  'MQTT 5 instead of 3.1.1': ['MQTT 5 вместо 3.1.1', version],
  'protocol level is not 4': ['версия протокола — не 4', version],

  'publish not allowed': [
    'публикация не разрешена',
    'Клиент публикует в свои топики, по их именам или по алиасам своего реестра; за чужой топик сессию заканчивают.',
  ],
  'subscription not allowed': [
    'подписка не разрешена',
    'Клиент подписывается на свои топики; на другие фильтры сервер отвечает 0x80.',
  ],
  'permanent quota used up': [
    'квота постоянных топиков исчерпана',
    'Устройство или реестр хранит в постоянных топиках столько, сколько позволяет квота.',
  ],

  'client does not trust the server certificate': [
    'клиент не доверяет сертификату сервера',
    'Клиент должен доверять центру, который выдал сертификат сервера (ca.crt в каталоге данных), и знать сервер по имени из него (IOT_TLS_NAMES).',
  ],
  'client ended the TLS handshake': [
    'клиент прервал рукопожатие TLS',
    'Клиент ушёл, пока TLS не был установлен: чаще всего потому, что не доверяет сертификату сервера.',
  ],
  'no common TLS version or cipher': [
    'нет общей версии или шифра TLS',
    'Нужен TLS 1.2 или 1.3, обмен ключами ECDHE и AES-GCM, AES-CCM или ChaCha20.',
  ],
  'TLS handshake too slow': [
    'рукопожатие TLS слишком долгое',
    'Рукопожатие TLS должно уложиться в десять секунд.',
  ],
  'TLS handshake failed': [
    'рукопожатие TLS не удалось',
    'TLS не удалось установить: в подробностях — код OpenSSL.',
  ],
  'MQTT without TLS on the TLS port': [
    'MQTT без TLS на порту TLS',
    'Этот порт говорит на TLS: включите его в клиенте или возьмите порт MQTT без TLS (IOT_MQTT_PORT).',
  ],
  'no TLS on the TLS port': ['не TLS на порту TLS', 'Этот порт говорит только на TLS.'],
  'TLS instead of MQTT': [
    'TLS вместо MQTT',
    'Этот порт говорит на MQTT без TLS: для TLS есть другой (IOT_MQTTS_PORT).',
  ],
  'HTTP instead of MQTT': ['HTTP вместо MQTT', 'Этот порт говорит на MQTT: у API свой порт.'],
  'unexpected PROXY header': [
    'заголовок PROXY, которого не ждали',
    'Заголовок PROXY берут только из сетей IOT_MQTT_PROXY_PROTOCOL_FROM: добавьте туда сеть прокси.',
  ],
  'missing PROXY header': [
    'нет заголовка PROXY',
    'Подключения из сетей IOT_MQTT_PROXY_PROTOCOL_FROM должны начинаться с заголовка PROXY: включите его в прокси.',
  ],
  'total connections': [
    'слишком много подключений всего',
    'У всех клиентов вместе не больше IOT_MQTT_MAX_CONNECTIONS подключений.',
  ],
  'connections of the address': [
    'слишком много подключений с этого адреса',
    'У одного адреса не больше IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS подключений.',
  ],
  'time to wait': [
    'сервер не успел принять подключение',
    'Новое подключение ждёт своей очереди не больше десяти секунд.',
  ],

  'packet type is reserved': ['тип пакета зарезервирован', standard],
  'packet type is for servers only': ['пакеты такого типа шлёт только сервер', standard],
  'reserved flags of the header are wrong': ['неверны зарезервированные флаги заголовка', standard],
  'QoS 2 is not supported': ['QoS 2 не поддерживается', standard],
  'both QoS bits are set': ['заданы оба бита QoS', standard],
  'DUP is set at QoS 0': ['DUP при QoS 0', standard],
  'remaining length has more than four bytes': ['remaining length длиннее четырёх байт', standard],
  'remaining length does not fit the packet type': ['remaining length не подходит к типу пакета', standard],
  'packet is larger than allowed': ['пакет больше допустимого', standard],
  'payload is larger than allowed': ['содержимое больше допустимого', standard],
  'a field reaches past the end of the packet': ['поле выходит за конец пакета', standard],
  'bytes are left over after the last field': ['после последнего поля остались байты', standard],
  'text is not well-formed UTF-8': ['текст — не верный UTF-8', standard],
  'text holds the null character': ['в тексте нулевой символ', standard],
  'text holds a control character or a noncharacter': ['в тексте управляющий символ или не символ', standard],
  'packet identifier is 0': ['идентификатор пакета — 0', standard],
  'topic is empty': ['топик пуст', standard],
  'topic holds a wildcard': ['в топике подстановочный знак', standard],
  'topic is longer than allowed': ['топик длиннее допустимого', standard],
  'topic has more levels than allowed': ['в топике уровней больше допустимого', standard],
  'filter has a wildcard in the wrong place': ['в фильтре подстановочный знак не на месте', standard],
  'packet names no filter': ['в пакете нет фильтра', standard],
  'packet names more filters than allowed': ['в пакете фильтров больше допустимого', standard],
  'requested QoS is neither 0, 1 nor 2': ['запрошен QoS, который не 0, не 1 и не 2', standard],
  'protocol name is not MQTT': ['имя протокола — не MQTT', standard],
  'reserved connect flag is set': ['задан зарезервированный флаг CONNECT', standard],
  'will flags contradict each other': ['флаги завещания противоречат друг другу', standard],
  'will QoS is 3': ['QoS завещания — 3', standard],
  'password without user name': ['пароль без имени пользователя', standard],
  'first packet is not CONNECT': ['первый пакет — не CONNECT', standard],
  'second CONNECT': ['второй CONNECT', standard],
};
