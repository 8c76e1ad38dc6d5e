// The page of a new handler in Vietnamese.
import type { JoiningWords } from './words.js'

export const vietnamese: JoiningWords = {
  language: 'vi',
  title: 'Giờ đầu tiên của bạn với khancap',
  address: 'địa chỉ',
  fingerprint: 'dấu vân tay',
  name: 'tên của bạn',
  trust:
    'Trang này không bí mật, nhưng mọi thứ đều dựa vào nó: hãy nhận nó tận tay từ người bạn quen biết, và đừng bao giờ lấy dấu vân tay từ thư điện tử hay trang web. Bạn cần một máy tính chỉ mình bạn dùng, có khancap do chúng tôi đưa, một điện thoại, và một máy in nối bằng dây.',
  pin: {
    head: 'Cho khancap biết chúng tôi là ai.',
    mind: 'khancap hỏi dấu vân tay theo từng dòng. Nếu nó báo “the directory is not signed by the root of this fingerprint” mà bạn không thấy mình gõ sai: hãy dừng lại và gọi cho chúng tôi.',
  },
  keys: {
    head: 'Tạo khóa của bạn.',
    mind: 'Hãy nghĩ ra sáu từ không liên quan đến nhau: đó là cụm mật khẩu của bạn. Không ai khôi phục được nó. In {sheet}, cất giấy vào nơi có khóa, xóa tệp: ai có nó đều mở được hồ sơ của bạn.',
  },
  give: {
    head: 'Đưa cho chúng tôi nửa công khai.',
    mind: 'Gửi {file} cho chúng tôi bằng bất cứ cách nào: trong đó không có gì bí mật. Sau đó gọi cho chúng tôi theo số bạn đã biết, và đọc các nhóm bốn ký tự mà khancap hiện ra. Chúng tôi so với phía mình.',
  },
  heard: 'Đã đọc qua điện thoại cho:',
  wait: {
    head: 'Chờ đến khi chúng tôi báo bạn đã được thêm vào. Rồi kiểm tra mọi thứ.',
    mind: 'Mỗi dòng phải bắt đầu bằng ok. Dưới dòng nào không như vậy có ghi cách sửa.',
  },
  work: {
    head: 'Trả lời hồ sơ đầu tiên của bạn.',
    mind: 'CASE là những ký tự đầu của hồ sơ, như danh sách hiện ra: bốn ký tự là đủ. Lệnh nào cũng có phần giải thích: khancap reply --help.',
  },
  commands: {
    unlock: 'gõ cụm mật khẩu một lần',
    inbox: 'việc gấp nhất ở trên cùng',
    claim: 'nhận hồ sơ',
    open: 'đọc hồ sơ',
    reply: 'viết, lưu, đóng lại: được niêm phong và gửi đi',
    lock: 'khóa lại khi bạn rời máy',
  },
  lost: 'Máy tính của bạn bị mất, hay đã ở trong tay người khác? Gọi ngay cho chúng tôi, kể cả ban đêm:',
}
