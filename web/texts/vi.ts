// What the pages say in Vietnamese. A draft: before real use a native speaker with experience in protection work must
// review it.
import type { Texts } from './texts.js'

export const textsVi: Texts = {
  language: 'vi',
  name: 'Tiếng Việt',
  languageWord: 'Ngôn ngữ',
  title: 'Ghi chú',
  between: ', ',
  leaveTo: 'https://vi.wikipedia.org/',
  leave: 'Thoát khỏi trang',
  leaveShort: 'Thoát',
  leaveNow: 'Thoát khỏi trang này ngay',
  demo: 'Đây là bản dùng thử. Không ai đọc những gì gửi ở đây. Xin đừng viết điều gì có thật.',
  back: 'Quay lại',
  next: 'Tiếp tục',
  languages: 'Ngôn ngữ khác',
  loading: 'Đang tải…',
  before: {
    heading: 'Xin hỗ trợ một cách an toàn',
    lead: 'Chỉ mất vài phút. Một câu là đủ; hầu như câu hỏi nào bạn cũng có thể bỏ trống.',
    nextHeading: 'Điều gì sẽ diễn ra',
    next: [
      'Bạn trả lời từng câu hỏi một. Câu trả lời chỉ nằm trên thiết bị này cho đến khi bạn gửi.',
      'Thiết bị này niêm phong câu trả lời trước khi gửi đi. Máy chủ chuyển thư không đọc được.',
      'Bạn nhận một mã biên nhận gồm 12 từ. Dùng mã đó, bạn quay lại đây để đọc câu trả lời.',
      'Sẽ có người đọc yêu cầu của bạn. Trang tiếp theo cho biết khi nào bạn có câu trả lời.',
    ],
    whoHeading: 'Ai đọc',
    who: 'Một vài người trong tổ chức phụ trách những yêu cầu như thế này. Người vận hành máy chủ không đọc được, và không ai khác được đọc nếu bạn không đồng ý.',
    cannotHeading: 'Điều chúng tôi không làm được',
    cannot: 'Nếu không giúp được, chúng tôi sẽ nói thật với bạn.',
    dangerHeading: 'Nếu bạn đang gặp nguy hiểm ngay lúc này',
    danger: [
      'An toàn của bạn là trên hết. Hãy thoát khỏi trang này nếu có ai đó có thể nhìn thấy.',
      'Nếu được, hãy cho một người bạn tin cậy biết bạn đang ở đâu và chuyện gì đang xảy ra.',
      'Nếu có người kiểm soát hoặc theo dõi thiết bị này, hãy dùng thiết bị khác. Không trang nào bảo vệ được bạn trước điều đó.',
    ],
    traceHeading: 'Không để lại dấu vết',
    trace: [
      'Nút “Thoát khỏi trang” ở trên cùng, hoặc bấm phím Shift ba lần, sẽ che trang này ngay lập tức, xóa những gì bạn đã gõ và mở một trang khác. Muốn quay lại, hãy mở lại địa chỉ của trang: bạn bắt đầu lại từ đầu, hoặc dùng 12 từ của mình.',
      'Việc đó không xóa những gì trình duyệt ghi nhớ: địa chỉ trang này, và có thể cả một phần của trang. Dùng cửa sổ riêng tư (đóng lại là quên hết) hoặc Tor Browser thì tốt hơn.',
      'Những gì bạn gõ không bao giờ được lưu trên thiết bị này. Nếu bạn đóng hoặc tải lại trang, hay dùng nút quay lại của trình duyệt, những gì đã gõ sẽ mất. Hãy dùng nút “Quay lại” ở ngay trên trang.',
      'Những cách này không bảo vệ được hoàn toàn.',
    ],
    safetyHeading: 'Thiết bị dùng chung, cửa sổ riêng tư, lịch sử duyệt web: bạn có thể làm gì',
    safety: [
      'Tốt nhất là thiết bị không ai khác dùng hay kiểm soát. Tránh máy của cơ quan, trường học, hoặc máy do người khác cài đặt: chương trình trên máy có thể ghi lại mọi thứ, và không trang nào nhận ra được.',
      'Cửa sổ riêng tư: trước hết mở cửa sổ này trong trình đơn của trình duyệt (“Riêng tư”, “Ẩn danh” hoặc “InPrivate”), rồi mở trang này trong đó. Xong việc, hãy đóng mọi cửa sổ riêng tư. Cách này không che được gì trước mạng và các chương trình trên máy.',
      'Tor Browser quên mọi thứ khi bạn đóng lại, và không cho mạng biết bạn mở trang nào. Nhưng mạng vẫn thấy bạn dùng Tor: nơi nào chỉ riêng điều đó đã nguy hiểm thì đừng dùng.',
      'Ở quán internet: ngồi nơi không ai thấy màn hình, không đăng nhập tài khoản nào, không lưu và không in gì. Hãy ghi 12 từ ra giấy. Xong việc, đóng mọi cửa sổ và khởi động lại máy nếu được.',
      'Khi xóa lịch sử, chỉ xóa các mục của trang này trong lịch sử trình duyệt, và lần tìm kiếm đã dẫn đến đây. Lịch sử trống trơn dễ gây chú ý. Nếu trình duyệt đang đăng nhập tài khoản, các mục đó có thể hiện cả trên thiết bị khác.',
      'Hãy xóa các tệp bạn đã lưu từ đây, cả trong thùng rác. Những gì bạn sao chép còn trong bộ nhớ cho đến khi bạn sao chép thứ khác.',
      'Những cách này đều có ích, nhưng không bảo vệ được hoàn toàn.',
    ],
    start: 'Bắt đầu',
    haveCode: 'Tôi có mã biên nhận',
    noScriptHeading: 'Trang này không niêm phong được ở đây',
    noScript:
      'Trình duyệt của bạn không chạy mã lệnh trên trang này, nên không thể niêm phong trên thiết bị của bạn. Lời bạn viết không bao giờ được gửi đi khi chưa niêm phong.',
    safer:
      'Trong Tor Browser, hãy chọn mức bảo mật “Safer” (An toàn hơn) thay cho “Safest” (An toàn nhất), rồi tải lại trang này.',
    lost: 'Một phần của trang này chưa tải xong, hoặc trình duyệt của bạn quá cũ. Xin đợi một chút, hoặc tải lại trang. Nếu vẫn không được, còn có những cách an toàn khác. Lời bạn viết không bao giờ được gửi đi khi chưa niêm phong.',
  },
  otherWays: {
    heading: 'Những cách an toàn khác',
    ways: [
      'Thử một trình duyệt mới hơn, hoặc một thiết bị khác mà bạn tin cậy.',
      'Nhờ một người bạn tin cậy gửi yêu cầu thay bạn.',
      'Viết email cho tổ chức theo địa chỉ mà chính tổ chức công bố, mã hóa bằng khóa công khai của tổ chức nếu bạn biết cách. Người khác có thể thấy tiêu đề email, nên hãy đặt tiêu đề bình thường.',
    ],
    contact: 'Địa chỉ email và khóa công khai của tổ chức',
  },
  offline: {
    heading: 'Khi không có mạng',
    lead: 'Nếu mạng của bạn yếu hoặc bị theo dõi, hãy mang biểu mẫu theo: một tệp duy nhất, dùng được khi không có mạng. Biểu mẫu niêm phong ngay trên thiết bị. Bạn hoặc người bạn tin cậy gửi phần đã niêm phong bằng email, bằng ứng dụng nhắn tin, hoặc chuyển tay bằng USB.',
    download: 'Tải biểu mẫu về (dưới 1\u00a0MB)',
    hint: 'Tệp nằm trên thiết bị cho đến khi bạn xóa.',
    noScript:
      'Biểu mẫu là một tệp và cũng cần mã lệnh: hãy mở tệp bằng trình duyệt khác, hoặc trên một thiết bị khác mà bạn tin cậy, nơi mã lệnh chạy được.',
  },
  when: { heading: 'Khi nào bạn có câu trả lời' },
  where: {
    heading: 'Chúng tôi có thể giúp ở đâu',
    lead: 'Các quốc gia và vùng lãnh thổ sau thuộc phạm vi hỗ trợ: màu xanh dương trên bản đồ và liệt kê trong danh sách. Nếu nơi của bạn không có tên, hoặc bạn không muốn nêu tên, bạn vẫn có thể gửi yêu cầu. Sẽ có người trả lời.',
    map: 'Bản đồ thế giới. Những nơi thuộc phạm vi hỗ trợ có màu xanh dương, kẻ sọc và viền đậm; danh sách bên dưới nêu đủ tên.',
    borders: 'Bản vẽ này không thể hiện quan điểm nào về biên giới.',
    search: 'Tìm quốc gia hoặc vùng lãnh thổ',
    covered: 'thuộc phạm vi hỗ trợ',
    partly: 'thuộc phạm vi hỗ trợ một phần',
    notCovered: 'ngoài phạm vi hỗ trợ; bạn vẫn có thể gửi yêu cầu',
    none: 'Danh sách không có tên này. Bạn vẫn có thể gửi yêu cầu.',
    line: '{name}: {status}',
  },
  programs: {
    heading: 'Bạn cần hỗ trợ nào?',
    lead: 'Sau này bạn vẫn có thể xin loại hỗ trợ khác.',
    answersIn: 'Trả lời bằng: {languages}',
    notInYours:
      'Bạn vẫn có thể viết bằng ngôn ngữ của trang này. Khi đó câu trả lời có thể lâu hơn, hoặc bằng một trong các ngôn ngữ trên.',
  },
  question: {
    progress: 'Câu hỏi {n} trên {total}',
    optional: 'Bạn có thể bỏ trống câu này.',
    onlyIf: 'Chỉ khi bạn cần: {options}.',
    chars: '{used} trên {max} ký tự',
    day: 'Ngày',
    month: 'Tháng',
    year: 'Năm',
    time: 'Giờ, nếu bạn biết',
    zone: 'Giờ của nơi nào',
    zoneHere: 'thiết bị này: {zone}',
    dateHint: 'Ví dụ 27, 3, 2026. Phần nào không biết thì bỏ trống.',
    choose: 'Xin chọn',
    clear: 'Xóa câu trả lời này',
    covered: 'Các nước thuộc chương trình này',
    notCovered: 'Các quốc gia và vùng lãnh thổ khác',
    regionHint: 'Tên hoặc mã. Đừng ghi tên đường, số nhà.',
    currencyHint: 'Ba chữ cái, ví dụ VND hoặc USD',
    linesHint: 'Mỗi dòng một tên',
    row: 'Mục {n}',
    addRow: 'Thêm một mục',
    removeRow: 'Bỏ mục {n}',
  },
  clock: {
    now: 'Nơi khác: đồng hồ ở đó đang chỉ',
    line: '{time} ({zone})',
  },
  faults: {
    heading: 'Xin xem lại một chút',
    required: 'Xin trả lời câu này. “Tôi không biết” cũng là một câu trả lời.',
    requiredPlain: 'Xin trả lời câu này để chúng tôi có thể hồi âm cho bạn.',
    too_long: 'Xin viết ngắn lại: {used} trên {max} ký tự. Phần còn lại bạn có thể viết thêm sau.',
    not_a_date: 'Ngày này không có trong lịch. Chỉ cần tháng hoặc năm cũng được.',
    not_a_time: 'Xin ghi giờ theo dạng 08:30, hoặc bỏ trống.',
    not_a_year: 'Xin ghi năm bằng bốn chữ số, ví dụ 1985.',
    day_missing: 'Nếu ghi giờ, xin ghi cả ngày, tháng và năm, hoặc bỏ trống giờ.',
    zone_missing:
      'Nếu ghi giờ, xin chọn đó là giờ của nơi nào, hoặc đồng hồ ở đó đang chỉ mấy giờ. Hoặc bỏ trống giờ.',
    other: 'Câu trả lời này không hợp ở đây. Xin chọn hoặc viết lại.',
  },
  coverage: {
    heading: 'Trước khi bạn tiếp tục',
    notCovered: '{country} hiện không nằm trong các nước thuộc chương trình này.',
    regionNotCovered:
      'Chương trình này hiện chỉ áp dụng cho một số nơi ở {country}, và nơi bạn nêu không nằm trong số đó.',
    regionUnknown:
      'Chương trình này hiện chỉ áp dụng cho một số nơi ở {country}. Nếu có thể, hãy cho biết tỉnh hoặc vùng.',
    unknown: 'Nếu không biết nước nào, chúng tôi có thể cần nhiều thời gian hơn để tìm đúng người.',
    languageNotHandled:
      'Chương trình này làm việc bằng: {languages}. Câu trả lời bằng ngôn ngữ khác có thể lâu hơn.',
    stillSend:
      'Bạn vẫn có thể gửi. Sẽ có người đọc và nói thật với bạn liệu chúng tôi có giúp được không, hoặc ai khác có thể giúp.',
    change: 'Đổi câu trả lời',
    goOn: 'Tiếp tục',
  },
  others: {
    heading: 'Những nơi khác có thể giúp',
    lead: 'Những nơi này độc lập với chúng tôi và không biết gì từ trang này. Trước khi viết cho ai, hãy nghĩ xem ai có thể đọc được.',
    status: {
      open: 'Đang nhận yêu cầu',
      limited: 'Hiện chỉ nhận ít yêu cầu',
      closed: 'Hiện không nhận yêu cầu',
    },
    languages: 'Ngôn ngữ: {languages}',
    checked: 'Kiểm tra lần cuối: {date}',
  },
  review: {
    heading: 'Xem lại câu trả lời',
    lead: 'Chưa có gì được gửi đi.',
    change: 'Sửa',
    none: 'Chưa trả lời',
    promise: 'Lời hứa của chúng tôi',
    next: 'Tiếp tục đến mã biên nhận',
  },
  code: {
    heading: 'Mã biên nhận của bạn',
    lead: 'Hãy giữ 12 từ này trước khi gửi. Đó là cách duy nhất để quay lại yêu cầu của bạn và đọc câu trả lời. Không ai tìm lại được cho bạn, kể cả chúng tôi.',
    keep: 'An toàn nhất là chép ra giấy, cất ở nơi chỉ mình bạn biết. Ai có những từ này đều đọc được câu trả lời.',
    showQr: 'Hiện mã QR',
    hideQr: 'Ẩn mã QR',
    qr: '12 từ dưới dạng mã QR',
    print: 'In ra giấy',
    next: 'Tôi đã giữ các từ này',
    making: 'Đang tạo mã cho bạn…',
    foreign: 'Các từ là tiếng Anh. Bạn không cần hiểu nghĩa, chỉ cần chép đúng từng chữ cái.',
  },
  confirm: {
    heading: 'Bạn đã có các từ chưa?',
    lead: 'Xin gõ lại hai từ theo bản bạn đã chép.',
    word: 'Từ thứ {n}',
    or: 'Hoặc:',
    saved: 'Tôi đã giữ đủ 12 từ bằng cách khác',
    wrong: 'Đây không phải từ thứ {n}. Xin xem lại bản chép của bạn, hoặc xem lại các từ.',
    neither: 'Xin gõ cả hai từ, hoặc đánh dấu rằng bạn đã giữ bằng cách khác.',
    send: 'Niêm phong và gửi',
    again: 'Xem lại các từ',
  },
  sending: {
    heading: 'Đang gửi',
    stay: 'Xin ở lại trang này một lát.',
    checking: 'Đang kiểm tra việc niêm phong trên thiết bị này…',
    sealing: 'Đang niêm phong câu trả lời trên thiết bị này…',
    sending: 'Đang gửi yêu cầu đã niêm phong…',
    working:
      'Dịch vụ đang rất bận. Thiết bị của bạn làm thêm một việc nhỏ để giúp yêu cầu được tiếp nhận. Có thể mất một phút, lâu hơn trên điện thoại cũ. Xin giữ trang này mở; không có gì bị mất…',
  },
  handOver: {
    offer: 'Gửi bằng cách khác',
    heading: 'Đã niêm phong, nhưng chưa gửi',
    lead: 'Chỉ tổ chức mới mở được những gì bạn đã niêm phong. Hãy chuyển đến đó bằng một trong các cách sau. Một cách là đủ.',
    until: 'Xin chuyển đến trước: {date}; sau đó có thể sẽ không được nhận.',
    saveHeading: 'Dưới dạng tệp',
    saveHint:
      'Đính kèm vào email, gửi bằng ứng dụng nhắn tin, hoặc chép vào USB đưa cho người bạn tin cậy. Người mang đi không đọc được.',
    save: 'Lưu tệp đã niêm phong',
    saved: 'Đã lưu với tên {name}, trong thư mục tải về.',
    copyHeading: 'Dưới dạng chữ',
    copyHint: 'Cùng nội dung đó, cho những cách chỉ gửi được chữ. Đoạn chữ dài; cần có đủ tất cả.',
    copy: 'Sao chép đoạn chữ đã niêm phong',
    copied: 'Đã sao chép. Bây giờ bạn có thể dán.',
    copyYourself: 'Xin tự sao chép toàn bộ đoạn chữ bên dưới.',
    text: 'Đoạn chữ đã niêm phong',
    mailHeading: 'Bằng email',
    mailHint:
      'Gửi đến {mail}. Đính kèm tệp, hoặc dán đoạn chữ. Bạn không cần viết gì thêm; lời viết kèm không được niêm phong.',
    mail: 'Soạn email',
    mailSeen:
      'Người khác có thể thấy địa chỉ của hai bên, tiêu đề và thời gian của email. Người bạn tin cậy có thể gửi thay bạn.',
    nextHeading: 'Sau đó điều gì sẽ diễn ra',
    next: [
      'Thời hạn trả lời bắt đầu tính khi yêu cầu đến nơi. Nếu đến hai lần cũng không sao; lần đầu được tính.',
    ],
    comeBack:
      'Bạn đọc câu trả lời trên trang của tổ chức, bằng 12 từ của mình. Nếu ở đó không có yêu cầu nào ứng với các từ ấy thì yêu cầu của bạn chưa đến nơi: hãy gửi lại. Các địa chỉ:',
    files: 'Ảnh và tài liệu có thể gửi sau, trên trang đó, bằng 12 từ của bạn.',
    eraseHeading: 'Khi xong việc',
    erase:
      'Hãy xóa tệp đã niêm phong khỏi thiết bị này, và xóa email đã gửi, nếu có ai đó có thể lục xem. Hãy giữ 12 từ.',
  },
  sent: {
    heading: 'Yêu cầu của bạn đã đến nơi',
    due: 'Bạn sẽ có câu trả lời chậm nhất: {date}.',
    clock: 'Múi giờ: {zone}.',
    undated:
      'Ở đây không kiểm tra được khi nào bạn có câu trả lời, vì ngày trên thiết bị này có vẻ sai: đang là {date}. Xin chỉnh lại cho đúng, rồi xem yêu cầu của bạn. Nếu ngày này đúng thì ngày của dịch vụ sai: hãy giữ bằng chứng ở dưới.',
    nextHeading: 'Bây giờ điều gì sẽ diễn ra',
    next: [
      'Sẽ có người đọc yêu cầu của bạn. Nếu trả lời chậm, những người phụ trách sẽ được báo.',
      'Hãy quay lại đây với 12 từ của bạn để đọc câu trả lời. Chọn ngôn ngữ, rồi chọn “Tôi có mã biên nhận”.',
      'Bạn có thể viết thêm bất cứ lúc nào, cũng ở chỗ đó.',
    ],
    dangerHeading: 'Nếu nguy hiểm tăng lên',
    proof: 'Bằng chứng có chữ ký',
    proofHint:
      'Nó chứng minh yêu cầu của bạn đã đến đúng lúc mà không cho biết nội dung. Bạn không cần nó để quay lại.',
    mailbox: 'Xem yêu cầu của tôi',
  },
  comeBack: {
    heading: 'Quay lại bằng mã biên nhận',
    lead: 'Các từ vẫn nằm trên thiết bị này. Chỉ một khóa tạo ra từ chúng được gửi đi.',
    label: '12 từ của bạn',
    hint: 'Theo đúng thứ tự. Chữ hoa, dấu và xuống dòng không quan trọng.',
    open: 'Mở',
    opening: 'Đang mở…',
    unknown:
      'Không có trong danh sách: từ thứ {numbers}. Xin so lại với bản bạn đã chép; thường chỉ khác một chữ cái.',
    count:
      'Số từ đã gõ: {n}. Mã biên nhận có 12 từ. Xin xem có thiếu từ nào, hoặc thừa từ nào không.',
    apart:
      'Cả 12 từ đều có trong danh sách, nhưng không hợp thành một mã: có một từ sai, hoặc hai từ bị đổi chỗ. Xin so từng từ với bản bạn đã chép.',
  },
  mailbox: {
    heading: 'Yêu cầu của bạn',
    states: {
      received: 'Yêu cầu của bạn đã đến nơi.',
      routed: 'Yêu cầu của bạn đang ở nhóm phụ trách những yêu cầu như thế này.',
      claimed: 'Đang có người xử lý yêu cầu của bạn.',
      answered: 'Bạn có câu trả lời.',
      closed: 'Việc xử lý yêu cầu của bạn đã kết thúc.',
      purged: 'Yêu cầu của bạn đã được xóa sau khi hết thời hạn lưu.',
    },
    stages: ['Đã đến nơi', 'Đã chuyển cho nhóm phụ trách', 'Đã có người nhận', 'Đã trả lời'],
    reached: '{stage} (xong)',
    notYet: '{stage} (chưa)',
    arrived: 'Đến nơi: {date}',
    due: 'Bạn sẽ có câu trả lời chậm nhất: {date}.',
    late: 'Câu trả lời bị chậm. Những người phụ trách đã được báo. Chúng tôi xin lỗi bạn.',
    held: {
      applicant_asked: 'Bạn đã đề nghị chúng tôi chờ. Câu trả lời được hoãn đến {date}.',
      contact_unsafe:
        'Lúc này, một câu trả lời có thể gây nguy hiểm cho bạn. Câu trả lời được hoãn đến {date}.',
      cannot_work: 'Hiện giờ chúng tôi không thể làm việc. Câu trả lời được hoãn đến {date}.',
    },
    heldHint:
      'Hai người đã cùng quyết định việc này. Sau đó, thời hạn trả lời lại tiếp tục tính. Bạn có thể bổ sung bất cứ lúc nào.',
    notCovered:
      'Yêu cầu của bạn hiện nằm ngoài phạm vi của chương trình này. Vẫn sẽ có người trả lời bạn, và có thể có nơi khác giúp được.',
    answers: 'Câu trả lời cho bạn',
    elsewhere:
      'Theo ghi nhận, đã có người liên lạc với bạn bằng cách khác, chẳng hạn qua điện thoại. Nếu không đúng, bạn hãy viết thêm: một thời hạn trả lời mới sẽ bắt đầu.',
    unanswered:
      'Không có ai trả lời bạn. Nếu vẫn cần câu trả lời, bạn hãy viết thêm: yêu cầu sẽ được xử lý lại, và chúng tôi có trách nhiệm trả lời bạn.',
    noAnswers: 'Chưa có câu trả lời.',
    older: 'Xem các câu trả lời cũ hơn',
    answerAt: 'Câu trả lời, {date}',
    unreadable:
      'Câu trả lời này không mở được, hoặc không chứng minh được rằng người viết đã đọc yêu cầu của bạn. Xin đừng tin vào nó.',
    added: 'Những gì bạn đã viết thêm',
    addedAt: 'Đã thêm: {date}',
    add: 'Viết thêm',
    more: 'Trả lời thêm câu hỏi',
    refresh: 'Xem lại lần nữa',
    finish: 'Rời đi và xóa màn hình này',
  },
  addition: {
    heading: 'Viết thêm',
    label: 'Bạn muốn viết thêm hoặc sửa điều gì?',
    hint: 'Một câu là đủ. Lời bạn viết được niêm phong trên thiết bị này.',
    send: 'Niêm phong và gửi',
    done: 'Phần bạn viết thêm đã đến nơi.',
    empty: 'Xin viết một điều gì đó trước, hoặc quay lại.',
    waits:
      'Các câu hỏi này là tự nguyện. Bạn có thể gửi những gì đã trả lời; phần còn lại trả lời sau.',
  },
  deletion: {
    heading: 'Xóa yêu cầu của tôi',
    lead: 'Những gì bạn viết, những gì bạn viết thêm và mọi câu trả lời sẽ bị xóa hẳn khỏi dịch vụ. Không ai có thể khôi phục.',
    means: [
      'Sẽ không còn ai xử lý yêu cầu của bạn. Những người phụ trách chỉ được báo là bạn đã xóa.',
      'Sau đó 12 từ của bạn không mở được gì nữa. Nếu cần, hãy đọc các câu trả lời trước.',
      'Những gì ai đó đã đọc, hoặc đã sao về thiết bị của họ, thì không bị xóa theo. Bản sao lưu của dịch vụ còn giữ các tệp đã niêm phong cho đến khi hết hạn.',
      'Chỉ còn lại việc đã có một yêu cầu, thời điểm yêu cầu đến và việc bạn đã xóa. Không còn gì về nội dung.',
    ],
    keep: 'Giữ yêu cầu của tôi',
    confirm: 'Xóa hẳn',
    deleting: 'Đang xóa…',
    doneHeading: 'Yêu cầu của bạn đã được xóa',
    done: 'Không ai mở được nữa, và 12 từ của bạn không mở được gì. Bạn có thể hủy tờ ghi các từ ấy. Bạn có thể gửi yêu cầu mới bất cứ lúc nào.',
  },
  files: {
    add: 'Gửi tệp',
    heading: 'Gửi tệp',
    lead: 'Ảnh, tài liệu, bản ghi: mỗi tệp tối đa {mb}\u00a0MB. Yêu cầu của bạn đã đến nơi; tệp được gửi theo sau.',
    choose: 'Chọn tệp',
    hint: 'Chỉ gửi bản sao; hãy giữ bản gốc. Mỗi tệp được niêm phong trên thiết bị này, kể cả tên tệp.',
    looking: 'Đang tìm dữ liệu ẩn…',
    hidden: {
      stripped: 'Dữ liệu ẩn như nơi chụp, giờ chụp, loại máy sẽ được xóa. Hình ảnh giữ nguyên.',
      damaged: 'Không xóa được dữ liệu ẩn: ảnh này bị hỏng hoặc khác thường.',
      other: 'Không xóa được dữ liệu ẩn như tên, nơi, giờ trong loại tệp này.',
      too_large: 'Tệp này quá lớn và sẽ không được gửi.',
      unreadable:
        'Không đọc được tệp này nữa: có thể tệp đã bị sửa hoặc bị xóa sau khi bạn chọn. Xin chọn lại tệp. Yêu cầu của bạn vẫn an toàn.',
    },
    remove: 'Bỏ {name}',
    agree: 'Gửi nguyên các tệp này, kể cả những gì có thể ẩn trong đó',
    agreeFirst: 'Xin đánh dấu ô này trước, hoặc bỏ các tệp đó ra.',
    send: 'Niêm phong và gửi tệp',
    sending: 'Đang gửi tệp của bạn',
    sealing: 'Đang kiểm tra niêm phong trên thiết bị này…',
    one: 'Tệp {n} trên {total}',
    lost: 'Mất kết nối. Khi có mạng trở lại, việc gửi sẽ tự tiếp tục.',
    busy: 'Dịch vụ tạm thời không tiếp nhận được. Khi tiếp nhận được, việc gửi sẽ tự tiếp tục.',
    stay: 'Xin giữ trang này mở. Nếu bạn đóng trang, các tệp chưa đến nơi sẽ phải chọn lại.',
    cancel: 'Dừng',
    arrived: 'Đã đến nơi.',
    tooLate:
      'Tệp này đã đến nơi từ trước nên không rút lại ở đây được. Bạn có thể viết cho chúng tôi nên làm gì với tệp, hoặc xóa yêu cầu của bạn.',
    done: 'Các tệp của bạn đã đến nơi.',
  },
  failure: {
    heading: 'Chưa thực hiện được',
    again: 'Thử lại',
    anew: 'Bắt đầu lại',
    reload: 'Tải lại trang',
    kept: 'Những gì bạn đã gõ vẫn còn đây.',
    reenter: 'Sau đó bạn sẽ phải điền lại những gì đã điền cho đến giờ.',
    offline:
      'Mất kết nối hoặc mạng quá chậm. Xin thử lại khi mạng tốt hơn. Yêu cầu của bạn không thể đến hai lần.',
    too_many_requests: 'Đang có nhiều người gửi cùng lúc. Xin thử lại sau một phút.',
    unavailable: 'Dịch vụ tạm thời không tiếp nhận được. Xin thử lại sau một phút.',
    directory_expired:
      'Danh sách khóa của tổ chức đã hết hạn nên không dùng để niêm phong. Có thể ngày trên thiết bị này bị sai: đang là {date}. Nếu sai, xin chỉnh lại rồi thử lại. Nếu ngày đúng, xin đừng đổi: hãy dùng một cách khác bên dưới.',
    directory_invalid:
      'Không xác minh được danh sách khóa của tổ chức. Có thể ai đó đã thay đổi nó. Để bảo vệ bạn, không có gì được gửi đi.',
    device_date:
      'Ngày trên thiết bị này có vẻ sai: đang là {date}, mà danh sách khóa của tổ chức lại mới hơn. Xin chỉnh lại ngày cho đúng, rồi thử lại. Cho đến lúc đó không có gì được niêm phong hay gửi đi.',
    root_mismatch:
      'Danh sách khóa do một bên khác ký, không đúng với bên mà trang này chờ đợi. Để bảo vệ bạn, không có gì được gửi đi.',
    form_changed:
      'Biểu mẫu trên màn hình của bạn không phải, hoặc không còn là, biểu mẫu mà tổ chức đã ký. Để bảo vệ bạn, những gì bạn đã gõ vào đó đã được xóa và sẽ không được gửi đi.',
    page_replaced:
      'Trang web này đã được cập nhật sau khi bạn mở trang, nên không thể tải phần còn lại của trang. Xin tải lại trang.',
    directory_missing: 'Tổ chức hiện không có khóa còn hiệu lực. Xin thử lại sau.',
    primitives_faulty:
      'Kiểm tra niêm phong trên thiết bị này cho kết quả sai. Để bảo vệ bạn, không có gì được gửi đi. Xin dùng trình duyệt hoặc thiết bị khác.',
    cannot_seal:
      'Trình duyệt này không niêm phong được yêu cầu của bạn, nên không có gì được gửi đi.',
    request_too_large:
      'Yêu cầu đã niêm phong quá lớn. Xin viết ngắn lại những câu trả lời dài nhất.',
    refused: 'Dịch vụ không nhận yêu cầu đã niêm phong. Xin thử lại sau.',
    receipt_invalid:
      'Đã gửi đi, nhưng bằng chứng nhận lại không đúng. Hãy giữ 12 từ và xem lại yêu cầu sau; nếu không thấy, xin gửi lại.',
    arrived_already:
      'Yêu cầu của bạn đã đến nơi từ trước, đúng như khi bạn gửi. Những gì bạn sửa sau đó không có trong yêu cầu: hãy xem yêu cầu và viết thêm ở đó.',
    receipt_code_invalid:
      'Những từ này không phải mã biên nhận. Xin kiểm tra chính tả và thứ tự của 12 từ.',
    mailbox_unknown:
      'Ở đây không có yêu cầu nào ứng với những từ này. Có thể yêu cầu chưa đến nơi, đã được xóa, hoặc đã gửi ở trang khác. Xin kiểm tra các từ và địa chỉ trang này; nếu vẫn cần câu trả lời, bạn hãy gửi lại yêu cầu.',
    additions_full: 'Yêu cầu này không nhận thêm nội dung được nữa.',
    uploads_full: 'Yêu cầu này không nhận thêm tệp được nữa. Bạn vẫn có thể viết.',
    uploads_paused: 'Hiện không còn chỗ cho tệp. Bạn vẫn có thể viết, và gửi tệp sau.',
    untrusted: 'Không hiểu được những gì dịch vụ gửi lại. Xin thử lại sau.',
    internal: 'Dịch vụ gặp lỗi. Xin thử lại sau một phút.',
  },
}
