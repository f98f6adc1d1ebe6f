; The set-up program for Windows: for one user, without administrator's rights. The values come from facts.nsh, which `setup.py` writes.
;
;   /S                   silent
;   /D=C:\Folder         another folder (last, without quotation marks)
;   uninstall.exe /S     silent; projects and settings are kept
;
; Exit status: 0 done, 1 the person stopped, 2 not possible here (an old Windows, or the program is running).

!include "facts.nsh"
!ifdef TARGET
  Target ${TARGET}
!endif
Unicode true
ManifestDPIAware true
ManifestSupportedOS all
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "x64.nsh"
!include "FileFunc.nsh"

!define NAME "MailSafi Wizard"
!define GUI "MailSafi Wizard.exe"
!define CLI "mailsafi-wizard-cli.exe"
!define KIND "MailSafi.Project"
!define OWN_KEY "Software\MailSafi\Setup"
!define SETTINGS_KEY "Software\MailSafi\MailSafi Wizard"
!define LOGS "$LOCALAPPDATA\MailSafi\mailsafi-wizard"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\MailSafi Wizard"
!define APP_PATH_KEY "Software\Microsoft\Windows\CurrentVersion\App Paths\mailsafi-wizard.exe"

Name "${NAME}"
OutFile "${OUT_FILE}"
InstallDir "$LOCALAPPDATA\Programs\MailSafi Wizard"
InstallDirRegKey HKCU "${OWN_KEY}" "Folder"
BrandingText "${NAME} ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION_NUMBERS}"
VIFileVersion "${VERSION_NUMBERS}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "CompanyName" "MailSafi"
VIAddVersionKey "FileDescription" "Sets up ${NAME}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "MIT licence"

; What signs a file gets its name; see setup.py.
!ifdef SIGN
  !finalize '${SIGN}'
  !uninstfinalize '${SIGN}'
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${GUI}"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A program that runs keeps its own file: it can't be opened for writing.
!macro NEED_CLOSED UN
Function ${UN}NeedClosed
  try:
  ${For} $1 1 2
    StrCpy $2 "$INSTDIR\${GUI}"
    ${If} $1 = 2
      StrCpy $2 "$INSTDIR\${CLI}"
    ${EndIf}
    ${If} ${FileExists} "$2"
      ClearErrors
      FileOpen $0 "$2" a
      ${If} ${Errors}
        MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} is running. Close it (a copy that is under way can be stopped and goes on later), then try again." /SD IDCANCEL IDRETRY try
        SetErrorLevel 2
        Quit
      ${EndIf}
      FileClose $0
    ${EndIf}
  ${Next}
FunctionEnd
!macroend
!insertmacro NEED_CLOSED ""
!insertmacro NEED_CLOSED "un."

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "${NAME} needs Windows 10 or newer, 64 bits." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd

Section "${NAME}"
  Call NeedClosed
  SetShellVarContext current
  ; In place of an older version: only what belongs to the program goes, projects that lie in its folder stay.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${APP}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateDirectory "$SMPROGRAMS\${NAME}"
  CreateShortcut "$SMPROGRAMS\${NAME}\${NAME}.lnk" "$INSTDIR\${GUI}"
  CreateShortcut "$SMPROGRAMS\${NAME}\Rehearse with a sample company.lnk" "$INSTDIR\${GUI}" "demo"
  CreateShortcut "$SMPROGRAMS\${NAME}\Licences.lnk" "$INSTDIR\_internal\licences"

  WriteRegStr HKCU "Software\Classes\.mailsafi" "" "${KIND}"
  WriteRegStr HKCU "Software\Classes\.mailsafi\OpenWithProgids" "${KIND}" ""
  WriteRegStr HKCU "Software\Classes\${KIND}" "" "MailSafi migration project"
  WriteRegStr HKCU "Software\Classes\${KIND}\DefaultIcon" "" "$\"$INSTDIR\${GUI}$\",0"
  WriteRegStr HKCU "Software\Classes\${KIND}\shell\open\command" "" "$\"$INSTDIR\${GUI}$\" $\"%1$\""
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  WriteRegStr HKCU "${APP_PATH_KEY}" "" "$INSTDIR\${CLI}"
  WriteRegStr HKCU "${OWN_KEY}" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${GUI}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "MailSafi"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" "$\"$INSTDIR\uninstall.exe$\""
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" "$\"$INSTDIR\uninstall.exe$\" /S"
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  Call un.NeedClosed
  SetShellVarContext current
  ${If} ${FileExists} "$INSTDIR\*.mailsafi"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON1 "There are migration projects in the program's own folder:$\r$\n$INSTDIR$\r$\n$\r$\nThey hold all that is known of your migrations. Keep them?" /SD IDYES IDYES keep
    Delete "$INSTDIR\*.mailsafi"
    Delete "$INSTDIR\*.mailsafi-wal"
    Delete "$INSTDIR\*.mailsafi-shm"
    keep:
  ${EndIf}
  ReadRegStr $0 HKCU "${SETTINGS_KEY}" "colours"
  ReadRegStr $1 HKCU "${SETTINGS_KEY}" "zoom"
  ReadRegStr $2 HKCU "${SETTINGS_KEY}" "language"
  ReadRegStr $3 HKCU "${SETTINGS_KEY}" "recent"
  ${If} "$0$1$2$3" != ""
  ${OrIf} ${FileExists} "${LOGS}\Logs\*.*"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Forget the window's looks, the list of projects that were opened last and the logs, too? The projects themselves are not touched." /SD IDNO IDNO remember
    DeleteRegKey HKCU "${SETTINGS_KEY}"
    RMDir /r "${LOGS}\Logs"
    RMDir "${LOGS}"
    RMDir "$LOCALAPPDATA\MailSafi"
    remember:
  ${EndIf}

  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\${GUI}"
  Delete "$INSTDIR\${CLI}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR" ; stays when something of the person's is in it

  Delete "$SMPROGRAMS\${NAME}\${NAME}.lnk"
  Delete "$SMPROGRAMS\${NAME}\Rehearse with a sample company.lnk"
  Delete "$SMPROGRAMS\${NAME}\Licences.lnk"
  RMDir "$SMPROGRAMS\${NAME}"
  DeleteRegKey HKCU "Software\Classes\${KIND}"
  DeleteRegValue HKCU "Software\Classes\.mailsafi\OpenWithProgids" "${KIND}"
  ReadRegStr $0 HKCU "Software\Classes\.mailsafi" ""
  ${If} $0 == "${KIND}" ; another program may have taken it over
    DeleteRegValue HKCU "Software\Classes\.mailsafi" ""
  ${EndIf}
  DeleteRegKey /ifempty HKCU "Software\Classes\.mailsafi\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "Software\Classes\.mailsafi"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  DeleteRegKey HKCU "${APP_PATH_KEY}"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${OWN_KEY}"
  DeleteRegKey /ifempty HKCU "Software\MailSafi"
SectionEnd
